"""Blur by a plateau: flat in the middle, with long slopes."""

from math import ceil

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.anisotropic import SHAPE
from srq.degrade.kinds.blur.convolution import Kernel, blurred, ellipse, normalized
from srq.degrade.parameters import Number


def plateau_kernel(sigma_x: float, sigma_y: float, angle: float, beta: float) -> Kernel:
    """1 / (1 + d ** beta), d the squared distance in deviations; sum 1.

    It is cut at 4 of its longer deviations.
    """
    sigma_y = sigma_y or sigma_x
    reach = max(1, ceil(4 * max(sigma_x, sigma_y)))
    return normalized(1 / (1 + ellipse(reach, sigma_x, sigma_y, angle) ** beta))


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    kernel = plateau_kernel(values["sigma_x"], values["sigma_y"], values["angle"], values["beta"])
    return blurred(picture, kernel)


PLATEAU = Degradation(
    "plateau",
    (*SHAPE, Number("beta", 0.3, 8)),
    _apply,
    family="blur",
    about="A kernel that is flat in the middle, with long slopes.",
)
