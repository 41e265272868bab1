"""The entropy of the luma's histogram, in bits: how many levels are in use."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.planes import luma_plane
from srq.datasets.curate.scorers.scorer import Scorer


def _measure(pixels: NDArray[np.uint8]) -> float:
    levels = np.bincount(luma_plane(pixels).astype(np.uint8).ravel(), minlength=256)
    shares = levels[levels > 0] / levels.sum()
    return float(abs(np.sum(shares * np.log2(shares))))


ENTROPY = Scorer("entropy", "1", "higher", _measure)
