"""A before/after sheet: the photograph, and what became of it, side by side."""

import numpy as np
from numpy.typing import NDArray

from srq.image.depth import to_depth
from srq.image.picture import Picture
from srq.image.resize import bicubic

LONGEST = 1600
"""The longer side of each half, at most."""

_GAP = 12
_WHITE = 255


def sheet(before: Picture, after: Picture) -> Picture:
    """Both in one RGB picture of 8 bits, before on the left, over white where they are clear; of
    the size of ``before``, or LONGEST."""
    height, width = before.size
    shrink = min(1.0, LONGEST / max(height, width))
    size = (max(1, round(height * shrink)), max(1, round(width * shrink)))
    gap = np.full((size[0], _GAP, 3), _WHITE, np.uint8)
    return Picture(np.concatenate([_half(before, size), gap, _half(after, size)], axis=1))


def _half(picture: Picture, size: tuple[int, int]) -> NDArray[np.uint8]:
    pixels = picture.on(np.iinfo(picture.pixels.dtype).max).pixels
    pixels = to_depth(pixels, np.uint8)
    if pixels.ndim == 2:
        pixels = np.dstack([pixels] * 3)
    return pixels if pixels.shape[:2] == size else bicubic(pixels, size=size)
