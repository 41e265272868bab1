"""What a restorer is told of a spoiled picture: how surely each pixel is damaged, and the picture
filled where it may be.

Some pictures are marked by the hand of a user, who knows. The others are looked at by the
detector, which misses damage and sees some where there is none: so the restorer learns how far to
trust it. It is told what ``srq restore`` will tell it, which believes less of a suspicion in a
picture that does not look damaged.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.restore.defects import grown, probabilities_of
from srq.restore.inpaint import inpaint
from srq.restore.training.photographs import Pixels, unit

Find = Callable[[Pixels], NDArray[np.float32]]
"""How likely each pixel of a picture (H, W, 3) is damaged, (H, W)."""

SHOWN = 0.1
"""The cover from which on a pixel is marked, before the marks grow by a pixel."""


def marked(cover: Pixels) -> Pixels:
    """The marks of a user, 0 or 255, of a cover (H, W) of 0 to 255: what is hidden, and a pixel
    more."""
    return np.where(grown(cover >= SHOWN * 255), np.uint8(255), np.uint8(0))


def filled(picture: Pixels, marks: NDArray[np.bool_]) -> Pixels:
    """The picture (H, W, 3) with what is marked filled in."""
    values = inpaint(unit(picture), marks)
    return np.floor(values * 255 + 0.5).astype(np.uint8)


def found_by(detector: Any) -> Find:
    """What that detector finds in ``srq restore``."""
    return lambda picture: probabilities_of(detector, unit(picture))
