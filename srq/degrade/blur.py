"""Gaussian blur."""

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.parameters import Number


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
    blurred = picture.astype(np.float64)
    if radius == 0:
        return blurred
    kernel = gaussian_kernel(radius)
    for axis in (0, 1):
        blurred = _convolve(blurred, kernel, axis)
    return blurred


def _convolve(picture: Pixels, kernel: NDArray[np.float64], axis: int) -> Pixels:
    reach = len(kernel) // 2
    size = picture.shape[axis]
    pads = [(0, 0)] * picture.ndim
    pads[axis] = (reach, reach)
    padded = np.pad(picture, pads, mode="symmetric")

    def shifted(by: int) -> Pixels:
        cut = [slice(None)] * picture.ndim
        cut[axis] = slice(reach + by, reach + by + size)
        return padded[tuple(cut)]

    # The kernel is symmetric: one product serves both of its arms.
    total = shifted(0) * kernel[reach]
    pair = np.empty_like(total)
    for by in range(1, reach + 1):
        np.add(shifted(-by), shifted(by), out=pair)
        pair *= kernel[reach + by]
        total += pair
    return total


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return gaussian_blur(picture, setting.values["radius"])


BLUR = Degradation("blur", (Number("radius", 0, 32),), _apply)
