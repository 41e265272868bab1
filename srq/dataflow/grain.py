"""The grain of a machine, and the one place where a lag or a reach is rounded.

Lags and reaches are exact fractions of low-resolution lines and pixels. A machine works in whole
units of some size, its *grain*, and rounds them with ``whole``.
"""

from enum import Enum
from fractions import Fraction


class Grain(Enum):
    """The units in which a machine hands a value on.

    LINE:  pixels and lines of the value itself: at scale g, g-ths of low-resolution ones. A
           padding is a whole number of these, so nothing is rounded from op to op.
    BLOCK: blocks of scale x scale pixels, one for each low-resolution pixel, aligned to it. A
           block leaves when its last pixel is made, so each convolution rounds what it waits for
           up to whole blocks.
    """

    LINE = "line"
    BLOCK = "block"

    def per(self, scale: int) -> int:
        """How many units there are to a low-resolution line or pixel, of a value of ``scale``."""
        return scale if self is Grain.LINE else 1


def whole(amount: Fraction, per: int = 1) -> int:
    """``amount`` low-resolution lines or pixels in units of which ``per`` make one, rounded up.

    So ``whole(lag, scale)`` is in lines of a value, ``whole(lag)`` in low-resolution lines. What
    may be at most ``amount`` is ``-whole(-amount, per)``. To round a result of ``whole`` again, to
    larger units, is the same as to round once: ceil(ceil(n) / k) = ceil(n / k).
    """
    units = amount * per
    return -(-units.numerator // units.denominator)
