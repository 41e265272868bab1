"""Additive white Gaussian noise."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.noise.channels import channels_parameter, noise_shape
from srq.degrade.parameters import Number


def gaussian_noise(
    picture: Pixels, sigma: float, rng: np.random.Generator, channels: str = "independent"
) -> Pixels:
    """Add noise of mean 0 and standard deviation ``sigma`` of full scale (255); float64.

    With ``channels`` "independent" each colour has noise of its own; with "shared" the same
    noise is added to all three, which leaves the colour and stirs the luma only.
    """
    noise = rng.standard_normal(noise_shape(picture, channels))
    noise *= 255 * sigma
    return picture + noise


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return gaussian_noise(picture, setting.values["sigma"], setting.rng, setting.values["channels"])


NOISE = Degradation(
    "noise",
    (
        Number("sigma", 0, 1),
        channels_parameter("independent"),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="White Gaussian noise.",
)
