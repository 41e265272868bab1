"""A sharp low pass over circles of frequencies, which rings."""

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.convolution import Kernel, blurred, grid, normalized
from srq.degrade.parameters import Number


def sinc_kernel(cutoff: float, size: int) -> Kernel:
    """The kernel that keeps frequencies up to ``cutoff`` radians a pixel, pi being all, sum 1.

    It is cut to a square of ``size`` pixels a side (an even size is one more).
    """
    y, x = grid(size // 2)
    distance = np.hypot(y, x)
    safe = np.where(distance == 0, 1, distance)
    kernel = cutoff * _bessel(cutoff * safe) / (2 * np.pi * safe)
    return normalized(np.where(distance == 0, cutoff**2 / (4 * np.pi), kernel))


def _bessel(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Bessel function J1 of 0 to 200, by its integral over half a turn."""
    turn = (np.arange(256) + 0.5) * (np.pi / 256)
    return np.cos(turn - x[..., None] * np.sin(turn)).mean(axis=-1)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return blurred(picture, sinc_kernel(setting.values["cutoff"], setting.values["size"]))


SINC = Degradation(
    "sinc",
    (Number("cutoff", 0.5, np.pi), Number("size", 3, 63, integer=True, default=21)),
    _apply,
    family="blur",
    about="A sharp low pass over circles of frequencies.",
)
