"""Uniform noise: every change up to an amplitude is as likely."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.noise.channels import channels_parameter, noise_shape
from srq.degrade.parameters import Number


def uniform_noise(
    picture: Pixels, amplitude: float, rng: np.random.Generator, channels: str = "independent"
) -> Pixels:
    """Add noise drawn evenly from -``amplitude`` to ``amplitude`` of full scale; float64 codes.

    With ``channels`` "shared" the same noise is added to all three colours.
    """
    noise = rng.random(noise_shape(picture, channels))
    return picture + 255 * amplitude * (2 * noise - 1)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    return uniform_noise(picture, values["amplitude"], setting.rng, values["channels"])


UNIFORM = Degradation(
    "uniform",
    (
        Number("amplitude", 0, 1),
        channels_parameter("independent"),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="Noise drawn evenly, up to an amplitude.",
)
