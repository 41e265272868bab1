"""The weights of cubic resampling along one axis, as exact whole numbers.

With the scale p/q, output sample x (from 1) lies at u = x q/p + (1 - q/p)/2 on the source axis,
and source sample i weighs h((u - i) / w), where w = max(1, q/p) is the widening against
aliasing. In units of 1/(2p) the distance u - i is a whole number t, and 16 m^3 h is one too
(m = p, or q where the kernel is widened).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

Row = tuple[float, ...]


@dataclass(frozen=True)
class Kernel:
    """How ``length`` output samples are weighed together from an axis of source samples.

    Output sample j p + r, for the phase r and any whole j, takes its taps from source sample
    ``first[r] + j * step`` on, indices counted from 0 and reaching past both ends.
    """

    length: int
    step: int  # q: source samples from one output sample of a phase to the next
    first: tuple[int, ...]
    real: tuple[Row, ...]  # float weights, each correctly rounded
    whole: tuple[Row, ...] | None  # whole weights over ``divisor``, where all phases share it
    divisor: int

    @property
    def gain(self) -> float:
        """The most by which whole weights can enlarge a value; infinite without any."""
        if self.whole is None:
            return math.inf
        return max(sum(abs(weight) for weight in row) for row in self.whole)


@lru_cache(maxsize=256)
def cubic_kernel(length: int, scale: Fraction, antialias: bool) -> Kernel:
    """The kernel for ``length`` output samples at ``scale``, widened where it shrinks."""
    p, q = scale.numerator, scale.denominator
    m = q if antialias and q > p else p
    first: list[int] = []
    rows: list[list[int]] = []
    for x in range(1, min(p, length) + 1):
        centre = 2 * x * q + p - q
        low = (centre - 4 * m) // (2 * p) + 1
        high = -((-centre - 4 * m) // (2 * p)) - 1
        row = [_cubic(abs(centre - 2 * p * i), m) for i in range(low, high + 1)]
        first.append(low - 1)
        rows.append(row)
    sums = [sum(row) for row in rows]
    real = tuple(tuple(w / total for w in row) for row, total in zip(rows, sums, strict=True))
    if min(sums) != max(sums):
        return Kernel(length, q, tuple(first), real, None, 1)
    common = math.gcd(sums[0], *(weight for row in rows for weight in row))
    whole = tuple(tuple(float(weight // common) for weight in row) for row in rows)
    return Kernel(length, q, tuple(first), real, whole, sums[0] // common)


def _cubic(t: int, m: int) -> int:
    """16 m^3 h(t / 2m) for Keys' cubic h with a = -0.5 and 0 <= t < 4m."""
    if t <= 2 * m:
        return 3 * t**3 - 10 * m * t**2 + 16 * m**3
    return -(t**3) + 10 * m * t**2 - 32 * m**2 * t + 32 * m**3
