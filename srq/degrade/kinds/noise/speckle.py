"""Speckle: Gaussian noise that is multiplied with the picture."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.parameters import Choice, Number


def speckle(
    picture: Pixels, sigma: float, rng: np.random.Generator, channels: str = "independent"
) -> Pixels:
    """Multiply by 1 + noise of standard deviation ``sigma``; float64 codes, black stays black.

    With ``channels`` "shared" all three colours are multiplied by the same.
    """
    shared = channels == "shared" and picture.ndim == 3
    noise = rng.standard_normal((*picture.shape[:2], 1) if shared else picture.shape)
    return picture * (1 + sigma * noise)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return speckle(picture, setting.values["sigma"], setting.rng, setting.values["channels"])


SPECKLE = Degradation(
    "speckle",
    (
        Number("sigma", 0, 1),
        Choice("channels", ("independent", "shared"), default="independent"),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="Gaussian noise multiplied with the picture.",
)
