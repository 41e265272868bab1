"""Halos of sharpening: seams of light and of dark along edges."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.gaussian import gaussian_blur
from srq.degrade.parameters import Choice, Number


def halo(picture: Pixels, radius: float, amount: float, side: str = "both") -> Pixels:
    """(H, W) or (H, W, 3) with seams along its edges, the same in each colour; float64.

    The luma's details coarser than a pixel, as wide as a Gaussian of deviation ``radius``, are
    added ``amount`` times; with ``side`` "light" or "dark" only those above or below 0. Fine
    details stay as they are: the picture has halos, but is no sharper.
    """
    luma = picture.astype(np.float64)
    if picture.ndim == 3:
        luma = luma @ np.array([0.299, 0.587, 0.114])
    seams = gaussian_blur(luma, min(1.0, radius)) - gaussian_blur(luma, radius + 1)
    if side == "light":
        seams = np.maximum(seams, 0)
    elif side == "dark":
        seams = np.minimum(seams, 0)
    return picture + amount * (seams[..., None] if picture.ndim == 3 else seams)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    return halo(picture, values["radius"], values["amount"], values["side"])


HALO = Degradation(
    "halo",
    (
        Number("radius", 0.1, 16),
        Number("amount", 0, 8),
        Choice("side", ("both", "light", "dark"), default="both"),
    ),
    _apply,
    family="sharpening",
    about="Light and dark seams along edges, as sharpening leaves them.",
)
