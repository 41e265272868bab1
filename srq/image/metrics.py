"""PSNR and SSIM of luma, by the protocol of the super-resolution literature.

SSIM is that of Wang et al.'s MATLAB ``ssim_index``: an 11 x 11 Gaussian window of sigma 1.5,
only where it lies wholly inside the picture, K1 = 0.01, K2 = 0.03.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.errors import ImageError

_PEAK = 255
_WINDOW = 11
_SIGMA = 1.5
_C1, _C2 = (0.01 * _PEAK) ** 2, (0.03 * _PEAK) ** 2

# Rows compared at a time, so that the maps stay in the processor's cache.
_PIECE = 32


def psnr(a: NDArray[np.uint8], b: NDArray[np.uint8], *, shave: int = 0) -> float:
    """The peak signal-to-noise ratio in dB of two uint8 luma pictures (H, W).

    ``shave`` pixels are left out along each border. Equal pictures give infinity. Raises
    ImageError if the two are not of one size, not uint8 (H, W), or shaved to nothing.
    """
    a, b = _shaved(a, b, shave, 1)
    total = 0
    for start in range(0, len(a), _PIECE):
        piece = slice(start, start + _PIECE)
        difference = a[piece].astype(np.int32) - b[piece]
        total += int(np.sum(difference * difference, dtype=np.int64))
    return math.inf if total == 0 else 10 * math.log10(_PEAK**2 * a.size / total)


def mean_psnr(values: Iterable[float]) -> float:
    """The mean of PSNRs in dB. Equal pictures, whose PSNR is infinite, are left out: they are
    flat, as a rule, and say nothing. Infinite where nothing else is there."""
    finite = [value for value in values if math.isfinite(value)]
    return math.fsum(finite) / len(finite) if finite else math.inf


def ssim(a: NDArray[np.uint8], b: NDArray[np.uint8], *, shave: int = 0) -> float:
    """The mean structural similarity, at most 1, of two uint8 luma pictures (H, W).

    ``shave`` pixels are left out along each border first. Raises ImageError if the two are not
    of one size, not uint8 (H, W), or smaller than the 11 x 11 window once shaved.
    """
    a, b = _shaved(a, b, shave, _WINDOW)
    height = len(a) - _WINDOW + 1
    total = 0.0
    for start in range(0, height, _PIECE):
        rows = slice(start, min(start + _PIECE, height) + _WINDOW - 1)
        total += float(_ssim_map(a[rows].astype(np.float64), b[rows].astype(np.float64)).sum())
    return total / (height * (a.shape[1] - _WINDOW + 1))


def _ssim_map(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The SSIM of every 11 x 11 window of two pictures."""
    mean_a, mean_b = _blur(a), _blur(b)
    product, squares = mean_a * mean_b, mean_a * mean_a + mean_b * mean_b
    covariance = _blur(a * b) - product
    variances = _blur(a * a + b * b) - squares
    above = (2 * product + _C1) * (2 * covariance + _C2)
    return above / ((squares + _C1) * (variances + _C2))


def _blur(a: NDArray[np.float64]) -> NDArray[np.float64]:
    """``a`` under the Gaussian window, only where the window lies inside."""
    weights = np.exp(-0.5 * ((np.arange(_WINDOW) - _WINDOW // 2) / _SIGMA) ** 2)
    weights /= weights.sum()
    for _ in range(2):
        # Columns first, then, the picture transposed, rows; it ends upright again.
        count = len(a) - _WINDOW + 1
        total = a[_WINDOW // 2 :][:count] * weights[_WINDOW // 2]
        for tap in range(_WINDOW // 2):
            # The window is symmetric: opposite taps share a weight.
            total += (a[tap:][:count] + a[_WINDOW - 1 - tap :][:count]) * weights[tap]
        a = total.T
    return a


def _shaved(
    a: NDArray[Any], b: NDArray[Any], shave: int, least: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Both pictures without their borders, at least ``least`` pixels high and wide."""
    if a.shape != b.shape:
        raise ImageError(
            f"Only pictures of the same size can be compared, but one is {_size(a)} and the "
            f"other {_size(b)}."
        )
    for picture in (a, b):
        if picture.dtype != np.uint8 or picture.ndim != 2:
            raise ImageError(
                f"Only uint8 luma (height, width) can be compared, not {picture.dtype} of shape "
                f"{picture.shape}; take the luma first."
            )
    if shave < 0:
        raise ImageError(f"The border to leave out must be 0 pixels or more, not {shave}.")
    height, width = (n - 2 * shave for n in a.shape)
    if min(height, width) < least:
        raise ImageError(
            f"A picture of {_size(a)} is too small to compare with {shave} pixels shaved off "
            f"each border; at least {least} x {least} must remain."
        )
    inside = (slice(shave, shave + height), slice(shave, shave + width))
    return a[inside], b[inside]


def _size(a: NDArray[Any]) -> str:
    return " x ".join(str(n) for n in a.shape)
