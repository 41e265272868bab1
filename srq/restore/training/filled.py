"""What a restorer is told of a spoiled picture: the marks of its damage, and the picture filled.

It is filled as ``srq restore`` does it. A detector misses some damage and sees some where there is
none; so at times a part of the marks is taken away, and at times those of other damage are laid
over.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from srq.restore.defects import grown
from srq.restore.inpaint import inpaint

Pixels = NDArray[np.uint8]

SHOWN = 0.1
"""The cover from which on a pixel is marked, before the marks grow by a pixel."""

_MISSED, _ALARMED = 0.2, 0.2
"""How often marks are missing, and how often there are others."""

_PARTS = 6


def marked(cover: Pixels) -> Pixels:
    """The marks, 0 or 255, of a cover (H, W) of 0 to 255: what is hidden, and a pixel more."""
    return _codes(grown(cover >= SHOWN * 255))


def filled(picture: Pixels, marks: Pixels) -> Pixels:
    """The picture (H, W, 3) with what is marked filled in."""
    values = inpaint(picture.astype(np.float32) / np.float32(255), marks > 0)
    return np.floor(values * 255 + 0.5).astype(np.uint8)


def mistaken(marks: Pixels, rng: np.random.Generator, others: Callable[[], Pixels]) -> Pixels:
    """The marks with mistakes: at times a part is missing, at times there are ``others``."""
    missed, alarmed = rng.random(2)
    kept = rng.random((_PARTS, _PARTS)) < 0.5
    if missed < _MISSED:
        rows, columns = (np.arange(length) * _PARTS // length for length in marks.shape)
        marks = marks * kept[np.ix_(rows, columns)]
    return np.maximum(marks, others()) if alarmed < _ALARMED else marks


def _codes(mask: NDArray[np.bool_]) -> Pixels:
    return np.where(mask, np.uint8(255), np.uint8(0))
