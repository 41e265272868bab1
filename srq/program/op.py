"""What all ops of a Program have in common: a kind, a name, the values they read."""

import operator
import re
from dataclasses import dataclass
from enum import Enum
from reprlib import Repr
from typing import Any, ClassVar

from srq.errors import ProgramError
from srq.fixed import Format
from srq.program.limits import MAX_NAME, MAX_SCALE, MAX_VALUE_BITS

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_SHORT = Repr()
_SHORT.maxlevel = 2
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 60


class OpKind(Enum):
    """Every kind of op there is; the value is the kind's name in a file."""

    INPUT = "input"
    CONV = "conv"
    ADD = "add"
    REQUANTIZE = "requantize"
    PIXEL_SHUFFLE = "pixel_shuffle"
    NEAREST_UPSAMPLE = "nearest_upsample"
    OUTPUT = "output"


@dataclass(frozen=True)
class Op:
    """What all ops have: a ``name``, an identifier unique in its Program."""

    kind: ClassVar[OpKind]
    source_fields: ClassVar[tuple[str, ...]] = ()

    name: str

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise ProgramError(
                "An op's name must be lower-case letters, digits and underscores, beginning"
                f" with a letter, not {shown(self.name)}."
            )
        if len(self.name) > MAX_NAME:
            raise ProgramError(
                f"An op's name must be at most {MAX_NAME} characters, not {len(self.name)}."
            )

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the values it reads, in order."""
        return tuple(getattr(self, field) for field in self.source_fields)

    def _refuse(self, sentence: str) -> ProgramError:
        return ProgramError(f"Op {self.name!r} {sentence}.")

    def _check_format(self, fmt: object, *, needed: bool = False) -> None:
        if fmt is None and not needed:
            return
        if not isinstance(fmt, Format):
            raise self._refuse(f"must have a Format, not {shown(fmt)}")
        if fmt.bits > MAX_VALUE_BITS:
            raise self._refuse(f"must have a format of at most {MAX_VALUE_BITS} bits, not {fmt}")

    def _check_scale(self, scale: Any) -> int:
        scale = as_integer(f"The scale of op {self.name!r}", scale)
        if not 2 <= scale <= MAX_SCALE:
            raise self._refuse(f"must have a scale of 2 to {MAX_SCALE}, not {scale}")
        return scale


def _is_name(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name[: MAX_NAME + 1]) is not None


def as_integer(what: str, value: Any) -> int:
    """``value`` as an int; ProgramError, naming it ``what``, where it is no integer."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise ProgramError(f"{what} must be an integer, not {shown(value)}.") from None


def shown(value: object) -> str:
    """What came, for a message: cut short, as a hostile file can hold what fills a screen."""
    return str(value) if isinstance(value, Format) else _SHORT.repr(value)
