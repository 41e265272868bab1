"""How many DSP slices the multipliers of a Program take, and how many a device has."""

from srq.dataflow import cost_of
from srq.program import Program

DSPS = {"xck26": 1248, "xczu7ev": 1728, "xczu9eg": 2520, "xczu15eg": 3528, "xcu250": 12288}
"""DSP slices of some devices, by how their parts begin, from AMD's product tables."""

_WIDE, _NARROW = 27, 18
"""The signed operands of a slice's multiplier (DSP48E2)."""


def dsps(program: Program) -> int:
    """The slices if each multiplier is made of them, as it must be where weights are loaded."""
    return sum(
        count * min(_tiles(activation + 1, weight), _tiles(weight, activation + 1))
        for (activation, weight), count in cost_of(program).multipliers.items()
    )


def _tiles(wide: int, narrow: int) -> int:
    """The slices for signed operands of so many bits: each gives all but its sign to a part."""
    return -(-(wide - 1) // (_WIDE - 1)) * -(-(narrow - 1) // (_NARROW - 1))
