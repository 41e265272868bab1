"""The logarithm of the Laplacian's variance: how much the finest detail varies."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.planes import luma_plane
from srq.datasets.curate.scorers.scorer import Scorer

_FLOOR = 0.1


def _measure(pixels: NDArray[np.uint8]) -> float:
    y = luma_plane(pixels)
    if min(y.shape) < 3:
        return float("nan")
    sides = y[:-2, 1:-1] + y[2:, 1:-1] + y[1:-1, :-2] + y[1:-1, 2:]
    return float(np.log(np.var(4 * y[1:-1, 1:-1] - sides, dtype=np.float64) + _FLOOR))


LAPLACIAN = Scorer("laplacian", "1", "higher", _measure)
