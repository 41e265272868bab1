"""What sizes of HR suit a recipe."""

from fractions import Fraction
from math import lcm

from srq.degrade.distributions import Span
from srq.degrade.graph import Chain, Step, paths, steps_on


def multiple(chain: Chain, scale: int) -> int:
    """The number whose multiples the sides of HR must be, so that each LR has exactly 1/scale of
    them.

    That is ``scale``, and where a branch resizes by constant factors only, what leaves no side
    broken on the way.
    """
    needs = [scale]
    for path in paths(chain):
        reached = Fraction(1)
        on_the_way: list[int] = []
        for step, certain in steps_on(chain, path):
            if not step.degradation.resizes:
                continue
            factor = _factor(step) if certain else None
            if factor is None:
                on_the_way.clear()
                break
            reached *= factor
            on_the_way.append(reached.denominator)
        needs += on_the_way
    return lcm(*needs)


def _factor(step: Step) -> Fraction | None:
    """The constant factor that ``step`` resizes by; None if there is none, or it is 0, the size
    of LR."""
    factor = step.distributions.get("factor")
    if isinstance(factor, Span) and factor.low and not factor.varies:
        return Fraction(str(factor.low))
    return None
