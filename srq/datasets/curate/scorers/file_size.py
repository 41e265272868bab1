"""The bytes of a picture as PNG: few where there is little to see."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.scorer import Scorer
from srq.image.picture import Picture
from srq.image.png import encode_png


def _measure(pixels: NDArray[np.uint8]) -> float:
    return float(len(encode_png(Picture(np.ascontiguousarray(pixels)))))


FILE_SIZE = Scorer("file_size", "1", "higher", _measure)
