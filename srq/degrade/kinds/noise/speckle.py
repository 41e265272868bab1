"""Speckle: Gaussian noise that is multiplied with the picture."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.noise.channels import channels_parameter, noise_shape
from srq.degrade.parameters import Number


def speckle(
    picture: Pixels, sigma: float, rng: np.random.Generator, channels: str = "independent"
) -> Pixels:
    """Multiply by 1 + noise of standard deviation ``sigma``; float64 codes, black stays black.

    With ``channels`` "shared" all three colours are multiplied by the same.
    """
    noise = rng.standard_normal(noise_shape(picture, channels))
    return picture * (1 + sigma * noise)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return speckle(picture, setting.values["sigma"], setting.rng, setting.values["channels"])


SPECKLE = Degradation(
    "speckle",
    (
        Number("sigma", 0, 1),
        channels_parameter("independent"),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="Gaussian noise multiplied with the picture.",
)
