"""The share of the spectrum's energy above half of the highest frequency, as a logarithm."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.planes import luma_plane
from srq.datasets.curate.scorers.scorer import Scorer

_FROM = 0.25
"""Cycles a pixel; 0.5 is the highest frequency."""

_FLOOR = 1e-9


def _measure(pixels: NDArray[np.uint8]) -> float:
    y = luma_plane(pixels)
    height, width = y.shape
    if min(y.shape) < 4:
        return float("nan")
    window = np.outer(np.hanning(height), np.hanning(width))
    energy = np.abs(np.fft.rfft2((y - y.mean()) * window)) ** 2
    rows, columns = np.abs(np.fft.fftfreq(height))[:, None], np.fft.rfftfreq(width)
    high = energy[np.maximum(rows, columns) > _FROM].sum()
    return float(np.log(_FLOOR + high / (energy.sum() + _FLOOR)))


HIGH_FREQUENCY = Scorer("high_frequency", "1", "higher", _measure)
