"""What every engine asks of a picture before it runs a Program on it."""

from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from srq.errors import ImageError
from srq.program import Program

Luma = NDArray[np.uint8 | np.uint16]
"""Luma code values, (H, W)."""


def checked_picture(picture: object, program: Program) -> Luma:
    """``picture`` itself, if it is (H, W) luma as ``program`` reads it; ImageError if not.

    H and W are at least 1, the type is the smallest unsigned one for the input's format, and
    no code value is beyond the format.
    """
    fmt = program.input.format
    if not is_array(picture) or picture.dtype != fmt.dtype:
        came = getattr(picture, "dtype", type(picture).__name__)
        raise ImageError(f"The program reads {fmt.bits}-bit luma as {fmt.dtype}, not {came}.")
    if picture.ndim != 2 or 0 in picture.shape:
        raise ImageError(
            "The program reads luma of shape (height, width), each at least 1,"
            f" not {picture.shape}."
        )
    if picture.max() > fmt.hi:
        raise ImageError(
            f"The program reads {fmt.bits}-bit luma, 0 to {fmt.hi}, but a pixel is"
            f" {picture.max()}; convert the picture first."
        )
    return picture


def is_array(it: object) -> TypeGuard[NDArray[Any]]:
    """Whether ``it`` is a NumPy array, whatever a caller's types say."""
    return isinstance(it, np.ndarray)
