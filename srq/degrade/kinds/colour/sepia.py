"""Sepia: one brown tone in place of all colours."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.parameters import Number

_LUMA = np.array([0.299, 0.587, 0.114])
_LEVELS = np.array([0.0, 128.0, 255.0])
_TONES = np.array([[34.0, 22.0, 14.0], [146.0, 116.0, 82.0], [250.0, 238.0, 212.0]])
"""The colours of black, of the middle and of white in an old print."""


def sepia(picture: Pixels, strength: float = 1.0) -> Pixels:
    """(H, W, 3) toned brown by its luma, ``strength`` 0..1 of the way; float64.

    A gray picture has no colours to lose, nor room for brown, and stays as it is.
    """
    values = picture.astype(np.float64)
    if picture.ndim == 2:
        return values
    luma = np.clip(values @ _LUMA, 0, 255)
    toned = np.stack([np.interp(luma, _LEVELS, _TONES[:, k]) for k in range(3)], axis=-1)
    return values + strength * (toned - values)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return sepia(picture, setting.values["strength"])


SEPIA = Degradation(
    "sepia",
    (Number("strength", 0, 1),),
    _apply,
    family="colour",
    about="One brown tone in place of all colours.",
)
