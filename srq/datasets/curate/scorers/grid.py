"""Grid blockiness: steps that recur every 8 pixels, as block codecs leave them."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.planes import Plane, luma_plane
from srq.datasets.curate.scorers.scorer import Scorer

_PERIOD = 8
_STEEPEST = 20.0
"""Steeper steps are edges of the picture, not of blocks."""


def blockiness(plane: Plane, period: int = _PERIOD) -> float:
    """How much steeper the steps are at one of ``period`` phases than at the others.

    It is a part of the mean step, the larger of both directions; NaN for a plane of fewer
    than two periods.
    """
    if min(plane.shape) < 2 * period + 1:
        return float("nan")
    return max(_steepest(plane, period)[1], _steepest(plane.T, period)[1])


def block_corner(plane: Plane, period: int = _PERIOD) -> tuple[int, int]:
    """The row and the column, below ``period``, where blocks begin if there are any."""
    rows, columns = _steepest(plane, period)[0], _steepest(plane.T, period)[0]
    return rows, columns


def _steepest(plane: Plane, period: int) -> tuple[int, float]:
    """The phase of the rows with the steepest steps above them, and how steep they are."""
    steps = np.minimum(np.abs(np.diff(plane, axis=0)), _STEEPEST).mean(axis=1, dtype=np.float64)
    excess = steps[1:-1] - (steps[:-2] + steps[2:]) / 2
    phases = np.array([excess[phase::period].mean() for phase in range(period)])
    best = int(phases.argmax())
    others = (phases.sum() - phases[best]) / (period - 1)
    return (best + 2) % period, float((phases[best] - others) / (steps.mean() + 0.5))


def _measure(pixels: NDArray[np.uint8]) -> float:
    return blockiness(luma_plane(pixels))


GRID = Scorer("grid", "1", "lower", _measure)
