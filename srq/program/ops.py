"""The ops of a Program beside the convolution, and the list of all kinds.

An op names the values it reads; the value it makes carries the op's own name. What an op
must be beside its neighbours (channels, formats, references) is checked in ``steps``.
The meaning of each op is written in docs/reference/program-spec.md and docs/reference/ops/.
"""

from dataclasses import dataclass

from srq.errors import ProgramError
from srq.fixed import Format
from srq.program.conv import Conv, Padding
from srq.program.op import Op, OpKind, shown

__all__ = [
    "OP_TYPES",
    "Add",
    "Conv",
    "Input",
    "NearestUpsample",
    "Op",
    "OpKind",
    "Output",
    "Padding",
    "PixelShuffle",
    "Requantize",
    "is_picture_format",
]


@dataclass(frozen=True)
class Input(Op):
    """The low-resolution picture: one channel of luma, unsigned, frac equal to bits."""

    kind = OpKind.INPUT

    format: Format

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_picture_format(self, self.format)


@dataclass(frozen=True)
class Add(Op):
    """The sum of two values of one shape, aligned to the larger fraction.

    format: of the requantized sum; None keeps the exact sum as an accumulator.
    """

    kind = OpKind.ADD
    source_fields = ("a", "b")

    a: str
    b: str
    format: Format | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_format(self.format)


@dataclass(frozen=True)
class Requantize(Op):
    """A value brought to another format; into an unsigned one it is a ReLU."""

    kind = OpKind.REQUANTIZE
    source_fields = ("source",)

    source: str
    format: Format

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_format(self.format, needed=True)


@dataclass(frozen=True)
class PixelShuffle(Op):
    """Channels dealt out to pixels: channel c * scale^2 + y * scale + x of a pixel becomes,
    in channel c, the pixel at (y, x) of its scale x scale block."""

    kind = OpKind.PIXEL_SHUFFLE
    source_fields = ("source",)

    source: str
    scale: int

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "scale", self._check_scale(self.scale))


@dataclass(frozen=True)
class NearestUpsample(Op):
    """Every pixel repeated into a scale x scale block."""

    kind = OpKind.NEAREST_UPSAMPLE
    source_fields = ("source",)

    source: str
    scale: int

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "scale", self._check_scale(self.scale))


@dataclass(frozen=True)
class Output(Op):
    """The high-resolution picture: a value of one channel and a picture's format, as it is."""

    kind = OpKind.OUTPUT
    source_fields = ("source",)

    source: str


OP_TYPES: dict[OpKind, type[Op]] = {
    op.kind: op for op in (Input, Conv, Add, Requantize, PixelShuffle, NearestUpsample, Output)
}
"""The class of every kind."""


def is_picture_format(fmt: Format) -> bool:
    """Whether code values of a picture have this format: u8.8 up to u16.16."""
    return not fmt.signed and 8 <= fmt.bits <= 16 and fmt.frac == fmt.bits


def _check_picture_format(op: Op, fmt: object) -> None:
    if not isinstance(fmt, Format) or not is_picture_format(fmt):
        raise ProgramError(
            f"Op {op.name!r} must have a picture's format, u8.8 to u16.16, not {shown(fmt)}."
        )
