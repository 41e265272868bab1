"""Colours that faded, and paper that yellowed."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.parameters import Choice, Number

_LOST = {
    "even": (1.0, 1.0, 1.0),
    "cyan": (1.0, 0.45, 0.35),
    "magenta": (0.4, 1.0, 0.45),
    "yellow": (0.3, 0.4, 1.0),
}
"""How much of its density red, green and blue lose where this dye fades most."""

_STAIN = np.array([0.02, 0.1, 0.35])
"""How much red, green and blue the most yellow paper swallows."""


def fade(picture: Pixels, strength: float, dye: str = "cyan", stain: float = 0.0) -> Pixels:
    """(H, W) or (H, W, 3) as a print whose dyes lost density; float64.

    A dye's density is how far its colour is from white. ``strength`` 0..1 is the share that the
    dye ``dye`` loses; others lose less, so that the loss of cyan turns a print red ("even": all
    alike). ``stain`` 0..1 is how yellow the paper is. A gray picture loses density evenly.
    """
    values = picture.astype(np.float64)
    if picture.ndim == 2:
        return 255 - (255 - values) * (1 - strength * float(np.mean(_LOST[dye])))
    lighter = 255 - (255 - values) * (1 - strength * np.array(_LOST[dye]))
    return lighter * (1 - stain * _STAIN)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    return fade(picture, values["strength"], values["dye"], values["stain"])


FADE = Degradation(
    "fade",
    (
        Number("strength", 0, 1),
        Choice("dye", tuple(_LOST), default="cyan"),
        Number("stain", 0, 1, default=0),
    ),
    _apply,
    family="colour",
    about="Dyes that lost density, each its own share, on paper that yellowed.",
)
