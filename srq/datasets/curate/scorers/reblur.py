"""Re-blur: how little a picture loses when it is blurred once more (Crete and others, 2007)."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.planes import Plane, luma_plane
from srq.datasets.curate.scorers.scorer import Scorer

_REACH = 4
"""The box that blurs is 9 pixels long."""


def reblur(plane: Plane) -> float:
    """The share of steps that survive a box blur, 0 to 1: the larger of both directions."""
    return max(_along_columns(plane), _along_columns(plane.T))


def _along_columns(plane: Plane) -> float:
    padded = np.pad(plane, ((_REACH + 1, _REACH), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=0, dtype=np.float64)
    blurred = (sums[2 * _REACH + 1 :] - sums[: -2 * _REACH - 1]) / (2 * _REACH + 1)
    before = np.abs(np.diff(plane, axis=0)).astype(np.float64)
    lost = np.maximum(0, before - np.abs(np.diff(blurred, axis=0)))
    total = before.sum()
    return 1.0 if total == 0 else float((total - lost.sum()) / total)


def _measure(pixels: NDArray[np.uint8]) -> float:
    return reblur(luma_plane(pixels))


REBLUR = Scorer("reblur", "1", "lower", _measure)
