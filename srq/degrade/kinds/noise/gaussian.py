"""Additive white Gaussian noise."""

from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Degradation, Pixels, Setting, to_uint8
from srq.degrade.kinds.noise.channels import channels_parameter, noise_shape
from srq.degrade.parameters import Number
from srq.image.planes import codes_plus


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


def truncated_noise(
    picture: Pixels, sigma: float, rng: np.random.Generator, channels: str = "independent"
) -> NDArray[np.uint8]:
    """As ``gaussian_noise``, in codes: clipped and truncated, uint8; the picture is rounded first.

    Each draw is one of 65,536 normal numbers that are equally likely, at most 4.3 from 0: several
    times as quick as exact ones, and hidden by the truncation.
    """
    codes = to_uint8(picture)
    draws = rng.integers(0, 1 << 16, noise_shape(picture, channels), np.uint16)
    if draws.shape != codes.shape:
        draws = np.ascontiguousarray(np.broadcast_to(draws, codes.shape))
    return codes_plus(codes, draws, _normals(), 255 * sigma)


@lru_cache(maxsize=1)
def _normals() -> NDArray[np.float32]:
    """The normal distribution's values in the middles of 65,536 equal shares."""
    half = [NormalDist().inv_cdf((2 * number + 1) / (1 << 17)) for number in range(1 << 15)]
    return np.array([*half, *(-value for value in reversed(half))], np.float32)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    add = truncated_noise if setting.exact == "seed" else gaussian_noise
    return add(picture, values["sigma"], setting.rng, values["channels"])


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
