"""A convolution's weights in pieces, each of which float32 can sum without rounding."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from srq.program import Conv, Interval

LIMIT = 1 << 24
"""float32 holds every whole number of at most this magnitude."""

Weight = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Taps:
    """What the taps of one Conv can contribute, counted in each output channel's last bit.

    lo, hi: the extremes of what a tap reads, zero among them, as the border is.
    added:  what is added to the taps in each output channel, the bias and a rounding's half.
    fine:   by what the last bit of that sum is finer than a product's: a power of two.

    Counted in float64, which is exact up to 2^53; what is larger exceeds the limit anyway.
    """

    lo: NDArray[np.float64]
    hi: NDArray[np.float64]
    added: NDArray[np.float64]
    fine: NDArray[np.float64]

    @classmethod
    def of(
        cls, op: Conv, source: Interval, fine: NDArray[np.float64], half: NDArray[np.float64]
    ) -> "Taps":
        """The taps of ``op``, which reads ``source``; ``half`` is counted in last bits."""
        # One row for each output channel: the inputs of its group.
        group = np.repeat(np.arange(op.groups), op.out_channels // op.groups)
        lo, hi = (
            end.astype(np.float64).reshape(op.groups, -1)[group][:, :, None, None]
            for end in (np.minimum(source.lo, 0), np.maximum(source.hi, 0))
        )
        bias = 0 if op.bias is None else op.bias.astype(np.float64)
        return cls(lo, hi, bias * fine + half, fine)

    @classmethod
    def alone(cls, op: Conv, source: Interval) -> "Taps":
        """The taps of ``op`` with nothing added to them."""
        zeros = np.zeros(op.out_channels)
        taps = cls.of(op, source, np.ones(op.out_channels), zeros)
        return replace(taps, added=zeros)

    def reach(self, weight: Weight, *, added: bool) -> NDArray[np.float64]:
        """How far each channel's partial sums can be from 0, in whatever order they are taken,
        counted in its last bit; with ``added``, that is among the terms."""
        least, most = (ends[:, -1] for ends in self._running(weight, added=added))
        return np.maximum(-least, most)

    def hold(self, weight: Weight, *, added: bool) -> bool:
        """Whether float32 sums ``weight`` exactly, in whatever order."""
        return bool((self.reach(weight, added=added) <= LIMIT).all())

    def first(self, weight: Weight, *, added: bool) -> Weight:
        """The taps of every output channel that hold together, 0 for the others: from the first
        tap on those that can add to the sum, until that is full, and those that can lessen it."""
        least, most = self._running(weight, added=added)
        low, high = (end.reshape(least.shape) for end in self._ends(weight))
        held = ((low == 0) | (-least <= LIMIT)) & ((high == 0) | (most <= LIMIT))
        return np.where(held.reshape(weight.shape), weight, 0)

    def _running(
        self, weight: Weight, *, added: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The least and the most that every channel's first tap can contribute, its first two,
        and so on to all of them; (channels, taps)."""
        least, most = (
            end.reshape(len(weight), -1).cumsum(axis=1) * self.fine[:, None]
            for end in self._ends(weight)
        )
        if added:
            least += np.minimum(self.added, 0)[:, None]
            most += np.maximum(self.added, 0)[:, None]
        return least, most

    def _ends(self, weight: Weight) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The least and the most that each tap can contribute, in the last bit of its product."""
        one, other = weight * self.lo, weight * self.hi
        return np.minimum(one, other), np.maximum(one, other)


def in_runs(weight: Weight, taps: Taps) -> tuple[tuple[Weight, ...], int]:
    """Weights that sum up to ``weight`` and hold, the first with what is added, as many taps in
    each as it takes; and up to where their total, added in order, is certain (see ``plan``).

    The total of the first two is right, or beyond the limit. Each further one may bring it back
    from there by as much as it can be. Returns nothing and 0 where that leaves nothing certain.
    """
    pieces: list[Weight] = []
    certain, rest = float(LIMIT), weight
    while rest.any() or not pieces:
        piece = taps.first(rest, added=not pieces)
        if len(pieces) >= 2:
            certain -= taps.reach(piece, added=False).max()
        # What is added, or a single tap, may be too much by itself.
        stuck = bool(pieces) and not piece.any()
        if certain <= 0 or stuck or not taps.hold(piece, added=not pieces):
            return (), 0
        pieces.append(piece)
        rest = rest - piece
    return tuple(pieces), int(certain // taps.fine.max())


def in_pieces(weight: Weight, taps: Taps, exponent: int = 0) -> tuple[Weight, ...]:
    """Weights that sum up to ``weight`` << ``exponent``; each holds, counted in its own last bit.

    High and low bits where there are more than one, else the first and the last taps.
    """
    if taps.hold(weight, added=False):
        return (weight << exponent,)
    bits = int(np.abs(weight).max()).bit_length()
    if bits > 1:
        cut = bits // 2
        high = (weight + (1 << cut - 1)) >> cut
        low = weight - (high << cut)
        return in_pieces(high, taps, exponent + cut) + in_pieces(low, taps, exponent)
    count = np.cumsum(weight.reshape(len(weight), -1) != 0, axis=1).reshape(weight.shape)
    first = np.where(count <= count.max() // 2, weight, 0)
    return in_pieces(first, taps, exponent) + in_pieces(weight - first, taps, exponent)
