"""How far values see: around a pixel of one op, and through a whole Program."""

from dataclasses import dataclass
from fractions import Fraction

from srq.dataflow.grain import Grain, whole
from srq.program import Conv, Program, Step


@dataclass(frozen=True)
class Reach:
    """How many pixels beyond its own a pixel depends on, to each side.

    Of a Program, in low-resolution pixels: a tile cut out with this halo (as far as the picture
    goes), run, and stripped of ``scale`` times the halo equals the same part of the whole
    picture's output, bit for bit.
    """

    top: int
    bottom: int
    left: int
    right: int

    @property
    def rows(self) -> int:
        """The height of the receptive field."""
        return self.top + 1 + self.bottom

    @property
    def columns(self) -> int:
        """The width of the receptive field."""
        return self.left + 1 + self.right


@dataclass(frozen=True)
class Sides:
    """A reach before it is rounded, in fractions of low-resolution lines and pixels."""

    top: Fraction = Fraction(0)
    bottom: Fraction = Fraction(0)
    left: Fraction = Fraction(0)
    right: Fraction = Fraction(0)

    def __add__(self, other: "Sides") -> "Sides":
        return Sides(
            self.top + other.top,
            self.bottom + other.bottom,
            self.left + other.left,
            self.right + other.right,
        )

    def __or__(self, other: "Sides") -> "Sides":
        """What holds both: the farther of each side."""
        return Sides(
            max(self.top, other.top),
            max(self.bottom, other.bottom),
            max(self.left, other.left),
            max(self.right, other.right),
        )

    def whole(self, per: int = 1) -> Reach:
        """Rounded up to units of which ``per`` make a low-resolution line or pixel."""
        return Reach(
            whole(self.top, per),
            whole(self.bottom, per),
            whole(self.left, per),
            whole(self.right, per),
        )


def sides_of(step: Step) -> Sides:
    """How far the op itself sees around a pixel that it makes: a convolution, its paddings."""
    if not isinstance(step.op, Conv):
        return Sides()
    pad, scale = step.op.padding, step.value.scale
    return Sides(
        Fraction(pad.top, scale),
        Fraction(pad.bottom, scale),
        Fraction(pad.left, scale),
        Fraction(pad.right, scale),
    )


def window_of(step: Step, grain: Grain) -> Reach:
    """What the op reads around each unit that it makes, in units of ``grain``.

    ``rows`` - 1 of them are the lines that a machine of that grain keeps of what the op reads.
    """
    return sides_of(step).whole(grain.per(step.value.scale))


def reach_of(program: Program) -> Reach:
    """How far the output of ``program`` sees into its input."""
    return sides_seen(program)[program.output.name].whole()


def sides_seen(program: Program) -> dict[str, Sides]:
    """How far each value sees into the input."""
    seen: dict[str, Sides] = {}
    for step in program.steps:
        farthest = Sides()
        for source in step.sources:
            farthest |= seen[source.name]
        seen[step.op.name] = farthest + sides_of(step)
    return seen


def sides_needed(program: Program) -> dict[str, Sides]:
    """How far the output sees into each value: what a part of the picture needs beyond itself."""
    needed = {step.op.name: Sides() for step in program.steps}
    for step in reversed(program.steps):
        around = needed[step.op.name] + sides_of(step)
        for source in step.sources:
            needed[source.name] |= around
    return needed
