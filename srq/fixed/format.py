"""What an integer stands for: its sign, its width and the place of its binary point."""

import re
from dataclasses import dataclass
from typing import Self

import numpy as np

MAX_BITS = 32
"""The widest format, and the width of every accumulator."""

MAX_FRAC = 64
"""The largest number of fraction bits, either way."""

_WRITTEN = re.compile(r"([su])([0-9]{1,2})\.(-?[0-9]{1,2})")


@dataclass(frozen=True)
class Format:
    """A fixed-point format, written ``s14.10`` (signed) or ``u8.8`` (unsigned).

    An integer n of this format has the value n * 2^-frac and lies in ``lo .. hi``.

    signed: two's complement if true, from zero up if false.
    bits:   the width, sign included: 2..32 if signed, 1..31 if not, so that every value
            of every format is an int32.
    frac:   the fraction bits, -64..64; more than ``bits`` or fewer than zero is allowed.

    Raises ValueError where one of these does not hold.
    """

    signed: bool
    bits: int
    frac: int

    def __post_init__(self) -> None:
        if type(self.signed) is not bool:
            raise ValueError(f"A format's sign must be True or False, not {self.signed!r}.")
        for field in ("bits", "frac"):
            value = getattr(self, field)
            if type(value) is not int:
                raise ValueError(f"A format's {field} must be an integer, not {value!r}.")
        least, most = (2, MAX_BITS) if self.signed else (1, MAX_BITS - 1)
        if not least <= self.bits <= most:
            kind = "A signed" if self.signed else "An unsigned"
            raise ValueError(f"{kind} format must have {least} to {most} bits, not {self.bits}.")
        if not -MAX_FRAC <= self.frac <= MAX_FRAC:
            raise ValueError(
                f"A format must have {-MAX_FRAC} to {MAX_FRAC} fraction bits, not {self.frac}."
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """The format that ``text`` writes, as in ``s14.10``; ValueError where it writes none."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"A format is written like s14.10 or u8.8, not {text!r}.")
        return cls(match[1] == "s", int(match[2]), int(match[3]))

    def __str__(self) -> str:
        return f"{'s' if self.signed else 'u'}{self.bits}.{self.frac}"

    @property
    def lo(self) -> int:
        """The least integer of the format."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def hi(self) -> int:
        """The greatest integer of the format."""
        return (1 << (self.bits - self.signed)) - 1

    @property
    def dtype(self) -> np.dtype:
        """The smallest NumPy integer type that holds ``lo .. hi`` and has the format's sign."""
        width = next(width for width in (8, 16, 32) if width >= self.bits)
        return np.dtype(f"{'int' if self.signed else 'uint'}{width}")
