"""Gaussian blur."""

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.parameters import Number

# Rows are blurred in pieces of this many, so that they stay in the cache.
_PIECE_ROWS = 32


def gaussian_kernel(radius: float) -> NDArray[np.float64]:
    """The sampled Gaussian of standard deviation ``radius`` pixels, cut at 4 of them, sum 1."""
    reach = max(1, int(np.ceil(4 * radius)))
    x = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (x / radius) ** 2)
    return kernel / kernel.sum()


def gaussian_blur(picture: Pixels, radius: float) -> Pixels:
    """Blur (H, W) or (H, W, 3) with a true Gaussian; float64, not rounded.

    ``radius`` is the standard deviation in pixels of the picture given, as in Pillow's
    GaussianBlur, whose box approximation this is not. Borders are mirrored with the edge
    pixel repeated, as the bicubic downscaling does. A radius of 0 changes nothing.
    """
    if radius == 0:
        return picture.astype(np.float64)
    kernel = gaussian_kernel(radius)
    reach = len(kernel) // 2
    pads = [(reach, reach), (reach, reach), (0, 0)][: picture.ndim]
    padded = np.pad(picture, pads, mode="symmetric")
    blurred = np.empty(picture.shape, np.float64)
    for top in range(0, len(picture), _PIECE_ROWS):
        piece = padded[top : top + _PIECE_ROWS + 2 * reach].astype(np.float64)
        down = _convolve(piece, kernel, axis=0)
        blurred[top : top + _PIECE_ROWS] = _convolve(down, kernel, axis=1)
    return blurred


def _convolve(
    padded: NDArray[np.float64], kernel: NDArray[np.float64], axis: int
) -> NDArray[np.float64]:
    """The sums along ``axis`` wherever the whole kernel fits."""
    reach = len(kernel) // 2
    size = padded.shape[axis] - 2 * reach
    lines = np.moveaxis(padded, axis, 0)
    # The kernel is symmetric: one product serves both of its arms.
    total = lines[reach : reach + size] * kernel[reach]
    pair = np.empty_like(total)
    for by in range(1, reach + 1):
        left, right = reach - by, reach + by
        np.add(lines[left : left + size], lines[right : right + size], out=pair)
        pair *= kernel[right]
        total += pair
    return np.moveaxis(total, 0, axis)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return gaussian_blur(picture, setting.values["radius"])


BLUR = Degradation(
    "blur",
    (Number("radius", 0, 32),),
    _apply,
    family="blur",
    about="A true Gaussian.",
)
