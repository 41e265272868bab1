"""Noise in flat blocks: the deviation of the finest diagonal detail where a picture is flattest."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.planes import Plane, blocks, diagonal, luma_plane
from srq.datasets.curate.scorers.scorer import Scorer

_SIDE = 16
_SHARE = 10
"""The flattest tenth of the blocks is looked at."""

_FEWEST = 4
_MAD_OF_NORMAL = 0.6745


def flat_noise(plane: Plane) -> float:
    """The noise's standard deviation in code values; NaN for a plane of fewer than 4 blocks."""
    height, width = (side - 1 for side in plane.shape)
    found = blocks(plane[:height, :width], _SIDE)
    if len(found) < _FEWEST:
        return float("nan")
    flattest = np.argsort(found.std(axis=1), kind="stable")[: max(_FEWEST, len(found) // _SHARE)]
    detail = np.abs(blocks(diagonal(plane), _SIDE)[flattest])
    return float(np.median(np.median(detail, axis=1)) * 2 / _MAD_OF_NORMAL)


def _measure(pixels: NDArray[np.uint8]) -> float:
    return flat_noise(luma_plane(pixels))


FLAT_NOISE = Scorer("flat_noise", "1", "lower", _measure)
