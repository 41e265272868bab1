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
from srq.fixed import requantize
from srq.program.ops import Add, Conv, Input, PixelShuffle, Requantize
from srq.program.steps import Step

ACCUMULATOR_BITS = 32


@dataclass(frozen=True, eq=False)
class Interval:
    """The least and the greatest integer of every channel: two int64 arrays (channels,)."""

    lo: NDArray[np.int64]
    hi: NDArray[np.int64]

    def __getitem__(self, channel: int) -> tuple[int, int]:
        return int(self.lo[channel]), int(self.hi[channel])

    @property
    def bits(self) -> NDArray[np.int64]:
        """The width of the narrowest signed format that holds each channel (channels,)."""
        # ~lo is -lo - 1: two's complement reaches one further below zero than above.
        largest = np.maximum(np.where(self.lo < 0, ~self.lo, self.lo), np.maximum(self.hi, 0))
        return np.array([int(n).bit_length() + 1 for n in largest])


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
        peaks[name] = _peak(step, sums[name])
        _refuse_overflow(name, peaks[name])
        values[name] = _requantized(step, final)
    return Ranges(values, sums, peaks)


def conv_bounds(op: Conv, source: Interval) -> tuple[Interval, Interval]:
    """The partial sums of a Conv in any order, and its final sums, per output channel.

    A tap beyond the border is zero and a partial sum leaves taps out, so each tap's
    contribution ranges over its extremes and zero.
    """
    weight = op.weight.astype(np.int64).reshape(op.groups, -1, *op.weight.shape[1:])
    lo = np.minimum(source.lo, 0).reshape(op.groups, 1, -1, 1, 1)
    hi = np.maximum(source.hi, 0).reshape(op.groups, 1, -1, 1, 1)
    # At most 2^22 taps of 16 by 17 bits: far inside int64.
    taps = (2, 3, 4)
    least = np.minimum(weight * lo, weight * hi).sum(axis=taps).reshape(-1)
    most = np.maximum(weight * lo, weight * hi).sum(axis=taps).reshape(-1)
    bias = np.zeros_like(least) if op.bias is None else op.bias.astype(np.int64)
    return (
        Interval(least + np.minimum(bias, 0), most + np.maximum(bias, 0)),
        Interval(least + bias, most + bias),
    )


def _sums(step: Step, sources: list[Interval]) -> tuple[Interval, Interval]:
    """The step's exact sums with all partial ones, and the final ones alone."""
    match step.op:
        case Conv() as op:
            return conv_bounds(op, *sources)
        case Add():
            a, b = (
                Interval(source.lo << align, source.hi << align)
                for source, align in zip(sources, step.aligns, strict=True)
            )
            total = Interval(a.lo + b.lo, a.hi + b.hi)
            partial = Interval(
                np.minimum(total.lo, np.minimum(a.lo, b.lo)),
                np.maximum(total.hi, np.maximum(a.hi, b.hi)),
            )
            return partial, total
        case Requantize():
            return sources[0], sources[0]
        case _:
            raise AssertionError(f"{step.op.kind} does not sum")


def _peak(step: Step, sums: Interval) -> Interval:
    """``sums`` widened by what rounding adds, or shifted left where the shift is negative."""
    shifts = np.array(step.shifts, dtype=np.int64)
    half = np.where(shifts > 0, 1 << np.maximum(shifts - 1, 0), 0)
    left = np.maximum(-shifts, 0)
    return Interval(
        np.minimum(sums.lo, _shifted(sums.lo, left)),
        np.maximum(sums.hi, _shifted(sums.hi, left)) + half,
    )


def _shifted(bound: NDArray[np.int64], left: NDArray[np.int64]) -> NDArray[np.int64]:
    """``bound`` << ``left``, kept within what shows an overflow and cannot itself overflow."""
    return np.clip(bound, -(1 << 32), (1 << 32) - 1) << left


def _requantized(step: Step, final: Interval) -> Interval:
    """Requantizing is monotonic: an interval's ends go to the result's ends."""
    lo, hi = (
        np.concatenate(
            [requantize(end[c : c + 1], s, step.value.format) for c, s in enumerate(step.shifts)]
        ).astype(np.int64)
        for end in (final.lo, final.hi)
    )
    return Interval(lo, hi)


def _carried(step: Step, sources: list[Interval]) -> Interval:
    """The interval of a value whose integers are its source's, or the Input's."""
    match step.op:
        case Input() as op:
            return Interval(np.array([op.format.lo]), np.array([op.format.hi]))
        case PixelShuffle():
            (source,) = sources
            return Interval(
                source.lo.reshape(step.value.channels, -1).min(axis=1),
                source.hi.reshape(step.value.channels, -1).max(axis=1),
            )
        case _:
            return sources[0]


def _refuse_overflow(name: str, peak: Interval) -> None:
    limit = np.iinfo(np.int32)
    for channel in np.flatnonzero((peak.lo < limit.min) | (peak.hi > limit.max)):
        lo, hi = peak[int(channel)]
        bound = hi if hi > limit.max else lo
        raise ProgramError(
            f"Op {name!r} can overflow its 32-bit accumulator: channel {channel} can reach"
            f" {bound}, beyond {limit.max if bound > 0 else limit.min}; use narrower weights or"
            " activations, or fewer fraction bits."
        )
