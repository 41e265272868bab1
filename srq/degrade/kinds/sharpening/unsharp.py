"""Unsharp masking: details made stronger."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.gaussian import gaussian_blur
from srq.degrade.parameters import Number


def unsharp(picture: Pixels, radius: float, amount: float, threshold: float = 0) -> Pixels:
    """(H, W) or (H, W, 3) with ``amount`` times its details added; float64, not clipped.

    Details are what a Gaussian of deviation ``radius`` takes away; those smaller than
    ``threshold`` code values stay as they are.
    """
    details = picture - gaussian_blur(picture, radius)
    if threshold > 0:
        details = np.where(np.abs(details) < threshold, 0, details)
    return picture + amount * details


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    return unsharp(picture, values["radius"], values["amount"], values["threshold"])


UNSHARP = Degradation(
    "unsharp",
    (Number("radius", 0, 32), Number("amount", 0, 16), Number("threshold", 0, 255, default=0)),
    _apply,
    family="sharpening",
    about="Unsharp masking.",
)
