"""Blur by a generalized Gaussian: pointed or flat on top."""

from math import ceil

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.anisotropic import SHAPE
from srq.degrade.kinds.blur.convolution import Kernel, blurred, ellipse, normalized
from srq.degrade.parameters import Number


def generalized_kernel(sigma_x: float, sigma_y: float, angle: float, beta: float) -> Kernel:
    """exp(-d ** beta / 2), d the squared distance in deviations; sum 1.

    A ``beta`` of 1 is the Gaussian; below it is pointed with long tails, above it is flat. It is
    cut where it falls below 1/3000 of its height, 24 pixels from the middle at most.
    """
    sigma_y = sigma_y or sigma_x
    deviations = 16 ** (0.5 / beta)
    reach = min(24, max(1, ceil(deviations * max(sigma_x, sigma_y))))
    return normalized(np.exp(-0.5 * ellipse(reach, sigma_x, sigma_y, angle) ** beta))


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    kernel = generalized_kernel(
        values["sigma_x"], values["sigma_y"], values["angle"], values["beta"]
    )
    return blurred(picture, kernel)


GENERALIZED = Degradation(
    "generalized",
    (*SHAPE, Number("beta", 0.3, 8)),
    _apply,
    family="blur",
    about="A generalized Gaussian, pointed or flat on top.",
)
