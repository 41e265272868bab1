"""Whether pixels were a JPEG before they came into a file without loss, such as a PNG."""

import math

import numpy as np
from numpy.typing import NDArray

from srq.image.colour import luma
from srq.image.depth import Pixels

_SIDE = 8
_SHIFT = 4
_BAND_PIXELS = 1 << 18
"""How many pixels are looked at, at most: the trace is everywhere or nowhere."""

_ZERO = 0.6
"""Rounding to whole values moves a coefficient that was quantized to zero by little more."""

_BUSY = 8.0
_FEWEST = 16

_DEGREE = np.arange(_SIDE)[:, None] + np.arange(_SIDE)
_LOW = (_DEGREE >= 1) & (_DEGREE <= 2)
_MIDDLE = (_DEGREE >= 3) & (_DEGREE <= 7)


def jpeg_trace(pixels: Pixels) -> float:
    """How much more the blocks of a JPEG's grid look quantized than others do, -1 to 1.

    In the grid of 8 x 8 blocks that JPEG quantizes, many coefficients of the cosine transform
    are zero; in a grid between them they are not. The number is the difference of the shares of
    zeros, over blocks that are not flat: about 0 for pixels that were never a JPEG, more the
    coarser one was. It finds nothing once a picture was resized, turned or cropped (but by
    multiples of 8), nor in 16 bits. ``pixels`` are (H, W) or (H, W, 3).
    """
    if pixels.dtype != np.uint8:
        return 0.0
    bands = _bands(pixels)
    if not len(bands):
        return 0.0
    on = _share_of_zeros(bands[:, :_SIDE])
    between = _share_of_zeros(bands[:, _SHIFT:, _SHIFT:])
    return 0.0 if on is None or between is None else on - between


def _bands(pixels: Pixels) -> NDArray[np.float32]:
    """Luma (bands, 12, W): lines of blocks of the grid, with half of those below."""
    height, width = pixels.shape[:2]
    lines = _SIDE + _SHIFT
    tops = range(0, height - lines + 1, _SIDE)
    most = max(1, _BAND_PIXELS // (width * _SIDE))
    tops = tops[:: max(1, math.ceil(len(tops) / most))]
    if not tops or width < lines:
        return np.empty((0, lines, width), np.float32)
    taken = np.concatenate([pixels[top : top + lines] for top in tops])
    gray = taken if taken.ndim == 2 else luma(taken, full_range=True)
    return gray.reshape(len(tops), lines, width).astype(np.float32)


def _share_of_zeros(bands: NDArray[np.float32]) -> float | None:
    """The share of middle coefficients that are zero in busy blocks; None with few of those."""
    count, _, width = bands.shape
    blocks = bands[:, :, : width // _SIDE * _SIDE].reshape(count, _SIDE, -1, _SIDE)
    cosines = _cosines()
    sizes = np.abs(cosines @ blocks.transpose(0, 2, 1, 3) @ cosines.T)
    busy = sizes[..., _LOW].max(axis=-1) > _BUSY
    if np.count_nonzero(busy) < _FEWEST:
        return None
    return float(np.mean(sizes[..., _MIDDLE][busy] < _ZERO))


def _cosines() -> NDArray[np.float32]:
    """The orthonormal cosine transform of 8 samples, as a matrix."""
    k = np.arange(_SIDE)
    matrix = np.cos((2 * k + 1) * k[:, None] * np.pi / (2 * _SIDE)) * math.sqrt(2 / _SIDE)
    matrix[0] /= math.sqrt(2)
    return matrix.astype(np.float32)
