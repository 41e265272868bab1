"""Interval arithmetic on integers: what a sum can be, whatever the picture.

Every bound is per channel. Taps and operands may be added in any order, and a tap beyond the
border is zero, so sums come twice: with all partial sums among them, and the final ones alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.fixed.format import Format
from srq.fixed.requantize import requantize


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

    @property
    def overflowing(self) -> NDArray[np.intp]:
        """The channels that an int32 does not hold."""
        limit = np.iinfo(np.int32)
        return np.flatnonzero((self.lo < limit.min) | (self.hi > limit.max))


def conv_sums(
    weight: NDArray[np.integer],
    bias: NDArray[np.integer] | None,
    groups: int,
    source: Interval,
) -> tuple[Interval, Interval]:
    """The partial sums of a convolution in any order, and its final sums, per output channel.

    weight: (out, in / groups, rows, columns); bias: (out,) at the sums' precision.
    """
    # At most 2^22 taps of 16 by 17 bits: far inside int64.
    taps = weight.astype(np.int64).reshape(groups, -1, *weight.shape[1:])
    lo = np.minimum(source.lo, 0).reshape(groups, 1, -1, 1, 1)
    hi = np.maximum(source.hi, 0).reshape(groups, 1, -1, 1, 1)
    least = np.minimum(taps * lo, taps * hi).sum(axis=(2, 3, 4)).reshape(-1)
    most = np.maximum(taps * lo, taps * hi).sum(axis=(2, 3, 4)).reshape(-1)
    added = np.zeros_like(least) if bias is None else bias.astype(np.int64)
    return (
        Interval(least + np.minimum(added, 0), most + np.maximum(added, 0)),
        Interval(least + added, most + added),
    )


def added_sums(a: Interval, b: Interval, aligns: Sequence[int]) -> tuple[Interval, Interval]:
    """The partial and the final sums of two operands, each shifted left first."""
    a, b = (
        Interval(source.lo << align, source.hi << align)
        for source, align in zip((a, b), aligns, strict=True)
    )
    total = Interval(a.lo + b.lo, a.hi + b.hi)
    partial = Interval(
        np.minimum(total.lo, np.minimum(a.lo, b.lo)),
        np.maximum(total.hi, np.maximum(a.hi, b.hi)),
    )
    return partial, total


def peak(sums: Interval, shifts: Sequence[int]) -> Interval:
    """``sums`` widened by what rounding adds, or shifted left where the shift is negative: all
    that exists before saturation."""
    by = np.array(shifts, dtype=np.int64)
    half = np.where(by > 0, 1 << np.maximum(by - 1, 0), 0)
    left = np.maximum(-by, 0)
    return Interval(
        np.minimum(sums.lo, _shifted(sums.lo, left)),
        np.maximum(sums.hi, _shifted(sums.hi, left)) + half,
    )


def requantized(final: Interval, shifts: Sequence[int], fmt: Format) -> Interval:
    """Requantizing is monotonic: an interval's ends go to the result's ends."""
    lo, hi = (
        np.concatenate([requantize(end[c : c + 1], s, fmt) for c, s in enumerate(shifts)]).astype(
            np.int64
        )
        for end in (final.lo, final.hi)
    )
    return Interval(lo, hi)


def shuffled(source: Interval, scale: int) -> Interval:
    """Of scale^2 channels that a pixel shuffle deals out to one."""
    return Interval(
        source.lo.reshape(-1, scale**2).min(axis=1), source.hi.reshape(-1, scale**2).max(axis=1)
    )


def _shifted(bound: NDArray[np.int64], left: NDArray[np.int64]) -> NDArray[np.int64]:
    """``bound`` << ``left``, kept within what shows an overflow and cannot itself overflow."""
    return np.clip(bound, -(1 << 32), (1 << 32) - 1) << left
