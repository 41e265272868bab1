"""What a layout is made of: types of cells, places of values, arrays, segments of ops."""

from dataclasses import dataclass

from srq.fixed import Format
from srq.program import Step


@dataclass(frozen=True)
class Cells:
    """The C type of a value's integers. suffix: it in the names of functions and members."""

    ctype: str
    suffix: str
    size: int


S32 = Cells("int32_t", "s32", 4)
S16 = Cells("int16_t", "s16", 2)
U16 = Cells("uint16_t", "u16", 2)


def cells_of(fmt: Format) -> Cells:
    """The smallest type that computes well: 16 bits for all but the accumulators."""
    if fmt.bits > 16:
        return S32
    return S16 if fmt.signed or fmt.bits < 16 else U16


@dataclass(frozen=True)
class Size:
    """A number of cells: ``columns`` for every low-resolution column, and ``fixed`` ones."""

    columns: int
    fixed: int

    def at(self, width: int) -> int:
        """The cells for lines of ``width`` low-resolution pixels."""
        return self.columns * width + self.fixed


@dataclass(frozen=True)
class Place:
    """Where a value's integers lie and when they are made.

    lag:    in lines of its own scale; see the module.
    depth:  how many lines are kept; 0 for a value that stays within its block.
    left, right: the columns of zeros beside a line.
    member: the array of the state that holds it; of a block's value, ``first`` channels in.
    """

    step: Step
    index: int
    cells: Cells
    lag: int
    depth: int
    left: int
    right: int
    member: str = ""
    first: int = 0

    @property
    def name(self) -> str:
        """The op's name."""
        return self.step.op.name

    @property
    def scale(self) -> int:
        """The value's scale."""
        return self.step.value.scale

    @property
    def channels(self) -> int:
        """The value's channels."""
        return self.step.value.channels

    @property
    def keeps_history(self) -> bool:
        """Whether a tick reads lines of ticks before it."""
        return self.depth > self.scale

    @property
    def size(self) -> Size:
        """What its lines take."""
        lines = self.depth * self.channels
        return Size(lines * self.scale, lines * (self.left + self.right))


@dataclass(frozen=True)
class Member:
    """An array of the state: the lines of one value, or of some that are never alive at once."""

    name: str
    cells: Cells
    size: Size
    tenants: tuple[str, ...]


@dataclass(frozen=True)
class Segment:
    """Ops of one scale that run together, block of columns by block."""

    scale: int
    names: tuple[str, ...]
