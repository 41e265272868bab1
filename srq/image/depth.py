"""Integer picture depths, 8 and 16 bit: their peak values, rounding and conversion."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from srq.errors import ImageError

Pixels = NDArray[np.unsignedinteger[Any]]
"""Code values: uint8 or uint16."""


def peak(dtype: DTypeLike) -> int:
    """The largest code value of ``dtype``: 255 for uint8, 65535 for uint16, else ImageError."""
    dtype = np.dtype(dtype)
    if dtype != np.uint8 and dtype != np.uint16:
        raise ImageError(f"A picture must be uint8 or uint16, not {dtype}; convert it first.")
    return int(np.iinfo(dtype).max)


def quantize(values: NDArray[np.floating[Any]], dtype: DTypeLike) -> NDArray[Any]:
    """``values`` rounded half up and clipped to the code values of ``dtype``."""
    rounded = np.floor(values + 0.5)
    return np.clip(rounded, 0, peak(dtype), out=rounded).astype(dtype)


def to_depth(pixels: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """``pixels`` (uint8 or uint16) at the depth of ``dtype``, black and white kept.

    8 to 16 bit multiplies by 257; 16 to 8 bit divides by 257 and rounds to the nearest.
    """
    source, target = peak(pixels.dtype), peak(dtype)
    if source == target:
        return pixels
    if source < target:
        return pixels.astype(np.uint16) * np.uint16(257)
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
