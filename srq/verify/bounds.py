"""Which ends of which formats the pictures of a verification visit."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from srq.program import Program, Step


class Bounds:
    """Counts, channel by channel, the least and the greatest integer of every rounded value.

    Only those that the proof leaves possible count; it is made of intervals, so some of them no
    picture can reach.
    """

    def __init__(self, program: Program) -> None:
        self._steps = [s for s in program.steps if s.shifts and not s.value.is_accumulator]
        self._possible = {step.op.name: _possible(program, step) for step in self._steps}
        self._reached = {name: ends & False for name, ends in self._possible.items()}

    def observe(self, trace: Mapping[str, NDArray]) -> None:
        """Count a picture's tensors."""
        for step in self._steps:
            name, fmt = step.op.name, step.value.format
            tensor = trace[name].reshape(step.value.channels, -1)
            ends = tensor.min(axis=1) == fmt.lo, tensor.max(axis=1) == fmt.hi
            self._reached[name] |= np.stack(ends) & self._possible[name]

    @property
    def reached(self) -> int:
        """How many ends were visited."""
        return sum(int(ends.sum()) for ends in self._reached.values())

    @property
    def possible(self) -> int:
        """How many the proof leaves possible."""
        return sum(int(ends.sum()) for ends in self._possible.values())

    def by_op(self) -> dict[str, dict[str, list[int]]]:
        """For every op, of its channels: those at the least and at the greatest, of those
        possible."""
        return {
            name: {
                end: [int(reached.sum()), int(possible.sum())]
                for end, reached, possible in zip(
                    ("least", "greatest"), self._reached[name], self._possible[name], strict=True
                )
            }
            for name in self._possible
        }


def _possible(program: Program, step: Step) -> NDArray[np.bool_]:
    """(2, channels): whether the proof lets the value be the least, the greatest of its format."""
    interval, fmt = program.ranges.values[step.op.name], step.value.format
    return np.stack([interval.lo == fmt.lo, interval.hi == fmt.hi])
