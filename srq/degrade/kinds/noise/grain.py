"""Film grain: soft noise of one size, strongest at middle brightness."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.gaussian import gaussian_blur, gaussian_kernel
from srq.degrade.kinds.noise.channels import channels_parameter
from srq.degrade.luma import full_range_luma
from srq.degrade.parameters import Number


def film_grain(
    picture: Pixels,
    sigma: float,
    size: float,
    rng: np.random.Generator,
    channels: str = "shared",
) -> Pixels:
    """Add grain of standard deviation ``sigma`` of full scale at mid-gray; float64 codes.

    Grain is white noise blurred by a Gaussian of ``size`` pixels, and as strong as
    2 sqrt(v (1 - v)) where v is the brightness, 0 to 1: none in black and white, where film is
    clear or full. With ``channels`` "shared" it stirs the luma, as black-and-white film does;
    with "independent" each colour has a layer of its own.
    """
    codes = np.clip(picture, 0, 255).astype(np.float64) / 255
    if channels == "shared" and picture.ndim == 3:
        codes = full_range_luma(codes)[..., None]
    noise = rng.standard_normal(codes.shape)
    if size:
        # Blurring keeps this part of the deviation in each direction.
        kernel = gaussian_kernel(size)
        noise = gaussian_blur(noise, size) / (kernel**2).sum()
    return picture + 255 * sigma * 2 * np.sqrt(codes * (1 - codes)) * noise


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    return film_grain(picture, values["sigma"], values["size"], setting.rng, values["channels"])


GRAIN = Degradation(
    "grain",
    (
        Number("sigma", 0, 1),
        Number("size", 0, 8, default=0.8),
        channels_parameter("shared"),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="Film grain, strongest at middle brightness.",
)
