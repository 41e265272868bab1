"""The worst of several defects."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.flat_noise import flat_noise
from srq.datasets.curate.scorers.grid import blockiness
from srq.datasets.curate.scorers.planes import luma_plane
from srq.datasets.curate.scorers.reblur import reblur
from srq.datasets.curate.scorers.scorer import Scorer


def _measure(pixels: NDArray[np.uint8]) -> float:
    y = luma_plane(pixels)
    return max(blockiness(y) * 10, reblur(y) * 3, flat_noise(y) / 3)


DEFECTS = Scorer("defects", "0", "lower", _measure)
