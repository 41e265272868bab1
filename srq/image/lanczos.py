"""Resizing by the Lanczos filter of three lobes, in the whole numbers that Pillow takes.

Weights are rounded to 1 / 2**22, and codes after each pass: first across, then down. So does
Pillow up to version 12; later ones begin with either axis, and give other bytes for some shapes.
"""

import math

import numpy as np
from numpy.typing import NDArray

from srq.image import native

_LOBES = 3
_FRACTION = 22


def lanczos(codes: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """``codes`` (H, W), (H, W, 1) or (H, W, 3), not empty, at ``size`` (height, width)."""
    given = np.ascontiguousarray(codes.reshape(*codes.shape[:2], -1))
    if native.pixels is not None:
        made = np.empty((*size, given.shape[2]), np.uint8)
        native.pixels.lanczos(given, made)
    else:
        narrow = _weighed(given.swapaxes(0, 1), size[1]).swapaxes(0, 1)
        made = _weighed(narrow, size[0])
    return made.reshape(*size, *codes.shape[2:])


def _weighed(rows: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """``length`` rows out of ``rows`` (n, ...)."""
    ratio = len(rows) / length
    widened = max(ratio, 1.0)
    out = np.empty((length, *rows.shape[1:]), np.uint8)
    for number in range(length):
        centre = (number + 0.5) * ratio
        first = max(int(centre - _LOBES * widened + 0.5), 0)
        end = min(int(centre + _LOBES * widened + 0.5), len(rows))
        weights = [_kernel((at - centre + 0.5) * (1 / widened)) for at in range(first, end)]
        total = np.full(rows.shape[1:], 1 << (_FRACTION - 1), np.int64)
        for row, weight in zip(rows[first:end], _whole(weights), strict=True):
            total += row.astype(np.int64) * weight
        out[number] = np.clip(total >> _FRACTION, 0, 255)
    return out


def _whole(weights: list[float]) -> list[int]:
    total = 0.0
    for weight in weights:  # in this order: ``sum`` would round less
        total += weight
    parts = [weight / total * (1 << _FRACTION) for weight in weights]
    return [int(part - 0.5 if part < 0 else part + 0.5) for part in parts]


def _kernel(x: float) -> float:
    return _sinc(x) * _sinc(x / _LOBES) if -_LOBES <= x < _LOBES else 0.0


def _sinc(x: float) -> float:
    return math.sin(x * math.pi) / (x * math.pi) if x else 1.0
