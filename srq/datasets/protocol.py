"""How LR and HR luma are made from a picture when a network is measured.

The clean protocol takes the luma of HR and downscales that; a gray picture (H, W) is its own
luma. The compressed protocol downscales and compresses in colour and takes both lumas
afterwards; there a gray picture counts as RGB of equal channels, and its luma as theirs.
"""

from typing import NamedTuple

import numpy as np

from srq.degrade.kinds.compression.jpeg import jpeg
from srq.errors import DataError
from srq.image.colour import luma
from srq.image.resize import bicubic


class LumaPair(NamedTuple):
    """``lr`` uint8 (h, w) and ``hr`` uint8 (scale * h, scale * w)."""

    lr: np.ndarray
    hr: np.ndarray


def modcrop(picture: np.ndarray, scale: int) -> np.ndarray:
    """The picture without the last rows and columns that are no multiple of ``scale``."""
    height, width = (size - size % scale for size in picture.shape[:2])
    if not height or not width:
        raise DataError(
            f"A picture of {picture.shape[1]}x{picture.shape[0]} is smaller than the scale "
            f"{scale}; use a larger one."
        )
    return picture[:height, :width]


def luma_of(picture: np.ndarray) -> np.ndarray:
    """The studio-range BT.601 luma of uint8 (H, W, 3), or a gray (H, W) as it stands."""
    return picture if picture.ndim == 2 else luma(picture)


def clean_pair(picture: np.ndarray, scale: int) -> LumaPair:
    """The clean protocol's pair of a uint8 picture (H, W) or (H, W, 3)."""
    hr = luma_of(modcrop(picture, scale))
    return LumaPair(bicubic(hr, scale=1 / scale), hr)


def compressed_pair(picture: np.ndarray, scale: int, quality: int) -> LumaPair:
    """The compressed protocol's pair: JPEG 4:2:0 of the LR picture at ``quality``."""
    if picture.ndim == 2:
        picture = np.stack([picture] * 3, axis=-1)
    hr = modcrop(picture, scale)
    lr = jpeg(bicubic(hr, scale=1 / scale), quality)
    return LumaPair(luma_of(lr), luma_of(hr))
