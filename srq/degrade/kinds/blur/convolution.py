"""Blur by one kernel, on code values."""

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Pixels
from srq.image.planes import convolve, plane_of

Kernel = NDArray[np.float64]


def blurred(picture: Pixels, kernel: Kernel) -> Pixels:
    """(H, W) or (H, W, 3) after ``kernel``, float64; borders are mirrored about the edge pixel
    (reflect-101)."""
    return convolve(plane_of(picture), kernel, "reflect").reshape(picture.shape).astype(np.float64)


def grid(reach: int) -> tuple[Kernel, Kernel]:
    """The coordinates y and x of a kernel of ``2 * reach + 1`` samples a side."""
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    return y, x


def ellipse(reach: int, sigma_x: float, sigma_y: float, angle: float) -> Kernel:
    """The squared distance from the middle in deviations of an ellipse that is turned
    anticlockwise by ``angle`` degrees."""
    y, x = grid(reach)
    turn = np.deg2rad(angle)
    along = x * np.cos(turn) - y * np.sin(turn)
    across = x * np.sin(turn) + y * np.cos(turn)
    return (along / sigma_x) ** 2 + (across / sigma_y) ** 2


def normalized(kernel: Kernel) -> Kernel:
    """The kernel with a sum of 1."""
    return kernel / kernel.sum()
