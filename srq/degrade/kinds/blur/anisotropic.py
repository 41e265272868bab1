"""Gaussian blur that is wider along one direction than across it."""

from math import ceil

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.convolution import Kernel, blurred, ellipse, normalized
from srq.degrade.parameters import Number, Parameter

SHAPE: tuple[Parameter, ...] = (
    Number("sigma_x", 0.1, 16),
    Number("sigma_y", 0, 16, default=0),
    Number("angle", -180, 180, default=0),
)
"""The ellipse of a blur: two deviations in pixels, and by how many degrees it is turned. A second
deviation of 0 means the first: a circle."""


def anisotropic_kernel(sigma_x: float, sigma_y: float, angle: float) -> Kernel:
    """The sampled Gaussian of an ellipse, cut at 4 of its longer deviations, sum 1."""
    sigma_y = sigma_y or sigma_x
    reach = max(1, ceil(4 * max(sigma_x, sigma_y)))
    return normalized(np.exp(-0.5 * ellipse(reach, sigma_x, sigma_y, angle)))


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    kernel = anisotropic_kernel(values["sigma_x"], values["sigma_y"], values["angle"])
    return blurred(picture, kernel)


ANISOTROPIC = Degradation(
    "anisotropic",
    SHAPE,
    _apply,
    family="blur",
    about="A Gaussian that is wider in one direction.",
)
