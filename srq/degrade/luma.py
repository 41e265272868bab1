"""The luma that noise depends on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

WEIGHTS = (0.299, 0.587, 0.114)


def full_range_luma(codes: NDArray[Any]) -> NDArray[np.float64]:
    """The luma (H, W) of RGB (H, W, 3), full range and not rounded.

    By sums and products alone, which are the same bits on every processor: what is drawn may
    depend on it.
    """
    red, green, blue = (codes[..., c].astype(np.float64) * w for c, w in enumerate(WEIGHTS))
    return red + green + blue
