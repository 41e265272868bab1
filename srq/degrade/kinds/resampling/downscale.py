"""Downscaling by the recipe's scale."""

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.image.resize import bicubic


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    if setting.scale == 1:
        return picture
    return bicubic(picture, scale=1 / setting.scale)


# uint8 in, rounded once to uint8; float in, float out.
DOWNSCALE = Degradation(
    "downscale",
    (),
    _apply,
    downscales=True,
    family="resampling",
    about="MATLAB's antialiased bicubic, by the recipe's scale.",
)
