"""How far a Program sees: the halo that a tile of the picture must carry."""

from dataclasses import dataclass, fields
from fractions import Fraction

from srq.program.ops import Conv
from srq.program.program import Program


@dataclass(frozen=True)
class Reach:
    """How many low-resolution pixels beyond its own an output pixel depends on, to each side.

    A tile cut out with this halo (as far as the picture goes), run, and stripped of ``scale``
    times the halo equals the same part of the whole picture's output, bit for bit.
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


def reach_of(program: Program) -> Reach:
    """How far the output of ``program`` sees into its input."""
    sides = [field.name for field in fields(Reach)]
    far: dict[str, dict[str, Fraction]] = {}
    for step in program.steps:
        sources = [far[source.name] for source in step.sources]
        widest = {side: max((s[side] for s in sources), default=Fraction(0)) for side in sides}
        if isinstance(step.op, Conv):
            # At scale g, a pixel is a g-th of a low-resolution one.
            for side in sides:
                widest[side] += Fraction(getattr(step.op.padding, side), step.value.scale)
        far[step.op.name] = widest
    last = far[program.output.name]
    return Reach(**{side: -(-last[side].numerator // last[side].denominator) for side in sides})
