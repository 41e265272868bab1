"""Proofs that no accumulator overflows: interval analysis per output channel.

Every integer that exists before a saturation must fit int32, whatever the picture and in
whatever order the terms are summed: the partial sums, the bias, the aligned operands of an
Add, the half that rounding adds, the result of a left shift. Intervals are carried from op to
op, so a layer is judged by what its input can be, not by what the input's format could hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.errors import ProgramError
from srq.fixed.intervals import Interval, added_sums, conv_sums, peak, requantized, shuffled
from srq.program.ops import Add, Conv, Input, PixelShuffle, Requantize
from srq.program.steps import Step

ACCUMULATOR_BITS = 32


@dataclass(frozen=True, eq=False)
class Ranges:
    """What the analysis of a Program found.

    values:       every value's interval, by name.
    accumulators: for every Conv, Add and Requantize, the interval of its exact sums at the
                  accumulator's own fraction, partial sums in any order among them.
    peaks:        the same, with the half of the rounding or the left shift: all that exists
                  before saturation, and what must fit int32.
    """

    values: Mapping[str, Interval]
    accumulators: Mapping[str, Interval]
    peaks: Mapping[str, Interval]

    def headroom(self, name: str) -> NDArray[np.int64]:
        """The unused bits of op ``name``'s 32-bit accumulator, per output channel."""
        return ACCUMULATOR_BITS - self.peaks[name].bits


def prove(steps: Iterable[Step]) -> Ranges:
    """The ranges of all steps; ProgramError, with op, channel and bound, where one overflows."""
    values: dict[str, Interval] = {}
    sums: dict[str, Interval] = {}
    peaks: dict[str, Interval] = {}
    for step in steps:
        name = step.op.name
        sources = [values[source.name] for source in step.sources]
        if not step.shifts:
            values[name] = _carried(step, sources)
            continue
        sums[name], final = _sums(step, sources)
        peaks[name] = peak(sums[name], step.shifts)
        _refuse_overflow(name, peaks[name])
        values[name] = requantized(final, step.shifts, step.value.format)
    return Ranges(values, sums, peaks)


def conv_bounds(op: Conv, source: Interval) -> tuple[Interval, Interval]:
    """The partial sums of a Conv in any order, and its final sums, per output channel."""
    return conv_sums(op.weight, op.bias, op.groups, source)


def _sums(step: Step, sources: list[Interval]) -> tuple[Interval, Interval]:
    """The step's exact sums with all partial ones, and the final ones alone."""
    match step.op:
        case Conv() as op:
            return conv_bounds(op, *sources)
        case Add():
            return added_sums(sources[0], sources[1], step.aligns)
        case Requantize():
            return sources[0], sources[0]
        case _:
            raise AssertionError(f"{step.op.kind} does not sum")


def _carried(step: Step, sources: list[Interval]) -> Interval:
    """The interval of a value whose integers are its source's, or the Input's."""
    match step.op:
        case Input() as op:
            return Interval(np.array([op.format.lo]), np.array([op.format.hi]))
        case PixelShuffle() as op:
            return shuffled(sources[0], op.scale)
        case _:
            return sources[0]


def _refuse_overflow(name: str, bounds: Interval) -> None:
    limit = np.iinfo(np.int32)
    for channel in bounds.overflowing:
        lo, hi = bounds[int(channel)]
        bound = hi if hi > limit.max else lo
        raise ProgramError(
            f"Op {name!r} can overflow its 32-bit accumulator: channel {channel} can reach"
            f" {bound}, beyond {limit.max if bound > 0 else limit.min}; use narrower weights or"
            " activations, or fewer fraction bits."
        )
