"""What scorers look at: luma, blocks, diagonal detail, the cosine transform."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from srq.image.colour import luma

Plane = NDArray[np.float32]


def luma_plane(pixels: NDArray[np.uint8]) -> Plane:
    """The full-range luma (H, W) of uint8 pixels, as float32 code values."""
    gray = pixels if pixels.ndim == 2 else luma(pixels, full_range=True)
    return np.asarray(gray, np.float32)


def blocks(plane: Plane, side: int) -> Plane:
    """The whole blocks (n, side * side) of a plane, from its upper left corner on."""
    height, width = plane.shape
    cut = plane[: height // side * side, : width // side * side]
    cells = cut.reshape(height // side, side, width // side, side)
    return cells.transpose(0, 2, 1, 3).reshape(-1, side * side)


def diagonal(plane: Plane) -> Plane:
    """The finest diagonal detail (H - 1, W - 1): of white noise it is half the deviation."""
    above = plane[:-1, :-1] - plane[:-1, 1:]
    below = plane[1:, :-1] - plane[1:, 1:]
    return ((above - below) / 4).astype(np.float32)


@cache
def cosines(side: int) -> Plane:
    """The orthonormal cosine transform of ``side`` samples, as a matrix."""
    k = np.arange(side)
    matrix = np.cos((2 * k + 1) * k[:, None] * np.pi / (2 * side)) * np.sqrt(2 / side)
    matrix[0] /= np.sqrt(2)
    return matrix.astype(np.float32)
