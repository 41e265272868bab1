"""Photon noise: the brighter, the more of it, and yet the less in proportion."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.noise.channels import channels_parameter
from srq.degrade.luma import full_range_luma
from srq.degrade.parameters import Number


def poisson_noise(
    picture: Pixels, photons: float, rng: np.random.Generator, channels: str = "independent"
) -> Pixels:
    """Count photons, of which white (255) gives ``photons`` on average; float64 codes.

    With ``channels`` "shared" the luma is counted, and its noise added to all three colours.
    """
    codes = np.clip(picture, 0, 255).astype(np.float64)
    if channels == "shared" and picture.ndim == 3:
        luma = full_range_luma(codes)
        noise = rng.poisson(luma * (photons / 255)) * (255 / photons) - luma
        return picture + noise[..., None]
    return rng.poisson(codes * (photons / 255)) * (255 / photons)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    return poisson_noise(picture, values["photons"], setting.rng, values["channels"])


POISSON = Degradation(
    "poisson",
    (
        Number("photons", 1, 1e6),
        channels_parameter("independent"),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="Photon noise, a Poisson count.",
)
