"""Blur of a camera that moved in a straight line."""

from math import ceil

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.convolution import Kernel, blurred, normalized
from srq.degrade.parameters import Number

_STEPS = 16  # places of the camera for each pixel of its way


def motion_kernel(length: float, angle: float) -> Kernel:
    """A line of ``length`` pixels, at ``angle`` degrees anticlockwise from the horizontal, sum 1.

    Each place on it is shared out among the four pixels around it.
    """
    places = max(2, ceil(length * _STEPS))
    along = ((np.arange(places) + 0.5) / places - 0.5) * length
    x, y = along * np.cos(np.deg2rad(angle)), -along * np.sin(np.deg2rad(angle))
    reach = ceil(length / 2) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    for down in (0, 1):
        for right in (0, 1):
            share = np.abs(1 - right - (x - left)) * np.abs(1 - down - (y - top))
            np.add.at(kernel, (top + down + reach, left + right + reach), share)
    return normalized(kernel)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    kernel = motion_kernel(setting.values["length"], setting.values["angle"])
    return blurred(picture, kernel)


MOTION = Degradation(
    "motion",
    (Number("length", 1, 64), Number("angle", -180, 180, default=0)),
    _apply,
    family="blur",
    about="A camera that moved in a straight line.",
)
