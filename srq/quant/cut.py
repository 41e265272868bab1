"""Weights with fewer digits, for a datapath that has an adder for each digit and no multiplier.

Every weight takes the step of its grid for which the dB lost and the price of its digits are least
together. What is lost follows from the curvature: where it is known whole, other weights make up
for what one of them changes. The price rises slowly from almost nothing, and at each price weights
move one at a time, from where they are, until few do: that finds better places than to begin at
the last price, and passes all lower ones on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from srq.adders import digit_counts
from srq.quant.calibration import Calibration
from srq.quant.curvature import curvature_of
from srq.quant.search import PsnrDrop
from srq.quant.twin import Twin

_FIRST = 3e-7
_RISE = 1.25
"""The first price, in dB a digit, and by what it rises."""

_SWEEPS = 4
_FEW = 0.005
"""Sweeps at one price end when no more than this part of the weights moved."""
_AT_ONCE = 1 << 19
"""How many places are looked at together."""

_PATIENCE = 3
"""After so many prices in a row that lose too much, higher ones are not tried."""


@dataclass(frozen=True)
class Cut:
    """What cutting did.

    price:  what a digit was worth, in dB; 0 if nothing was cut.
    digits: the non-zero digits of all weights, before and after.
    lost:   the dB lost on the training crops against the float network, before and after.
    """

    price: float
    digits: tuple[int, int]
    lost: tuple[float, float]

    def __str__(self) -> str:
        return (
            f"digits cut at {self.price:.2g} dB each from {self.digits[0]} to {self.digits[1]}"
            f" ({self.lost[0]:.3f} -> {self.lost[1]:.3f} dB lost)"
        )


def cut_digits(
    twin: Twin,
    calibration: Calibration,
    drop: PsnrDrop,
    *,
    price: float | None = None,
    most: float = 0.0,
) -> Cut:
    """Take digits from ``twin``'s weights, which are on their grids and stay there.

    price: what a digit is worth, in dB; None for the highest at which ``drop`` gives at most
           ``most`` dB more than before.
    """
    before = drop(twin)
    grid = _Grid(twin)
    error = curvature_of(twin, calibration)
    descent = _Descent(grid, error)
    start = int(digit_counts(grid.integers).sum())
    best = Cut(0.0, (start, start), (before, before))
    kept, failed = descent.integers.copy(), 0
    for asked in _prices(price):
        descent.settle(asked)
        grid.put(descent.integers)
        digits = int(digit_counts(descent.integers).sum())
        found = Cut(asked, (start, digits), (before, drop(twin)))
        failed = failed + 1 if price is None and found.lost[1] > before + most else 0
        if not failed:
            best, kept = found, descent.integers.copy()
        elif failed == _PATIENCE:
            break
    grid.put(kept)
    return best


def _prices(last: float | None) -> Iterator[float]:
    """Rising prices up to ``last``; without it until a digit costs a whole dB."""
    price = _FIRST
    while price < (1.0 if last is None else last):
        yield price
        price *= _RISE
    if last is not None:
        yield last


class _Grid:
    """All weights of a twin in one row.

    integers: where they are on their grids; steps: the value of 1; halves: they are within
    -half .. half - 1.
    """

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        convs = [twin.conv(name) for name in twin.convs]
        steps = [conv.fixed.scale.double().expand_as(conv.weight).flatten() for conv in convs]
        halves = [np.full(conv.weight.numel(), 1 << conv.fixed.bits - 1) for conv in convs]
        weights = [conv.fixed(conv.weight.detach().double()).flatten() for conv in convs]
        self.steps = torch.cat(steps).numpy()
        self.halves = np.concatenate(halves)
        self.integers = np.rint(torch.cat(weights).numpy() / self.steps).astype(np.int64)

    @torch.no_grad()
    def put(self, integers: NDArray[np.int64]) -> None:
        """Make these the twin's weights."""
        values = torch.from_numpy(integers * self.steps)
        begin = 0
        for name in self._twin.convs:
            weight = self._twin.conv(name).weight
            weight.copy_(values[begin : begin + weight.numel()].reshape(weight.shape))
            begin += weight.numel()


class _Descent:
    """Weights that move, one at a time, to where the error and the price are least together.

    integers: where they are now. ``error`` is the curvature, whole or its diagonal.
    """

    def __init__(self, grid: _Grid, error: NDArray[np.float64]) -> None:
        self.integers = grid.integers.copy()
        self._steps, self._halves, self._error = grid.steps, grid.halves, error
        self._whole = error.ndim == 2
        self._diagonal = error.diagonal().copy() if self._whole else error
        # Half the derivative of the error by each weight; it begins at no error.
        self._slope = np.zeros(len(self.integers))
        most = int(self._halves.max())
        self._levels = np.arange(-most, most)
        self._digits = digit_counts(self._levels).astype(np.float64)

    def settle(self, price: float) -> None:
        """Move weights until few do, or for some sweeps."""
        for _ in range(_SWEEPS):
            # All are looked at together; those that would move, one by one as the others stand.
            restless = np.flatnonzero(self._moves(slice(None), price) != 0)
            moved = sum(self._move(int(index), price) for index in restless)
            if moved <= _FEW * len(self.integers):
                break

    def _move(self, index: int, price: float) -> bool:
        """Move one weight to its best place; whether it was another."""
        (by,) = self._moves(slice(index, index + 1), price)
        if by == 0:
            return False
        change = by * self._steps[index]
        if self._whole:
            self._slope += self._error[index] * change
        else:
            self._slope[index] += self._error[index] * change
        self.integers[index] += by
        return True

    def _moves(self, which: slice, price: float) -> NDArray[np.int64]:
        """By how much each of these weights would move, the others standing still; 0 if nowhere
        is better."""
        rows = np.arange(len(self.integers))[which]
        found = np.zeros(len(rows), dtype=np.int64)
        at_once = max(1, _AT_ONCE // len(self._levels))
        for begin in range(0, len(rows), at_once):
            some = rows[begin : begin + at_once]
            here, steps, halves = self.integers[some], self._steps[some], self._halves[some]
            change = (self._levels - here[:, None]) * steps[:, None]
            loss = change * (2 * self._slope[some, None] + change * self._diagonal[some, None])
            loss += price * self._digits
            loss[(self._levels < -halves[:, None]) | (self._levels >= halves[:, None])] = np.inf
            best = loss.argmin(axis=1)
            row = np.arange(len(some))
            stay = loss[row, here + len(self._levels) // 2]
            # A move must gain: between equals it would go round.
            gains = loss[row, best] < stay * (1 - 1e-12)
            found[begin : begin + at_once] = np.where(gains, self._levels[best] - here, 0)
        return found
