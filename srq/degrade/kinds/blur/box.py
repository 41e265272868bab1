"""Blur by the mean over a square."""

from math import ceil

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.convolution import Kernel, blurred
from srq.degrade.parameters import Number


def box_kernel(size: float) -> Kernel:
    """The part that a square of ``size`` pixels a side covers of each pixel, sum 1."""
    reach = ceil((size - 1) / 2)
    distance = np.abs(np.arange(-reach, reach + 1))
    line = np.clip((size + 1) / 2 - distance, 0, 1) / size
    return np.outer(line, line)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return blurred(picture, box_kernel(setting.values["size"]))


BOX = Degradation(
    "box",
    (Number("size", 1, 31),),
    _apply,
    family="blur",
    about="The mean over a square.",
)
