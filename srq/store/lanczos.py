"""Enlargement by Lanczos in whole numbers: a part of the stored form, the same on every machine."""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from srq.image.lanczos import lanczos

_LOBES = 3
_BITS = 10  # of weights: sums of both passes stay below 2**31


def enlarged(pixels: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """``pixels`` (H, W, 3) at ``scale`` times their height and width, rounded half up once.

    Weights are those of the Lanczos kernel of three lobes in units of 1/1024; the border's pixels
    repeat. This is version 1 of the resampler: another result would need another version.
    """
    down = _stretched(pixels.astype(np.int32), scale)
    both = _stretched(down.swapaxes(0, 1), scale).swapaxes(0, 1)
    half = 1 << (2 * _BITS - 1)
    return np.clip((both + half) >> (2 * _BITS), 0, 255).astype(np.uint8)


def reduced(pixels: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """``pixels`` (H, W, 3) at 1/``scale`` by Lanczos, its sides rounded up."""
    height, width = pixels.shape[:2]
    pads = ((0, -height % scale), (0, -width % scale), (0, 0))
    whole = np.pad(pixels, pads, mode="edge")
    return lanczos(whole, (whole.shape[0] // scale, whole.shape[1] // scale))


def _stretched(rows: NDArray[np.int32], scale: int) -> NDArray[np.int32]:
    """``rows`` (n, ...) as ``scale * n`` rows, weighed but not divided."""
    n = len(rows)
    padded = rows[np.clip(np.arange(-_LOBES, n + _LOBES), 0, n - 1)]
    out = np.empty((n * scale, *rows.shape[1:]), np.int32)
    for phase, weights in enumerate(_weights(scale)):
        total = np.zeros(rows.shape, np.int32)
        for tap, weight in enumerate(weights):
            total += padded[tap : tap + n] * np.int32(weight)
        out[phase::scale] = total
    return out


@cache
def _weights(scale: int) -> tuple[tuple[int, ...], ...]:
    """Of each phase, the weights of the rows from ``-_LOBES`` to ``_LOBES`` about it."""
    return tuple(_row((2 * phase + 1 - scale) / (2 * scale)) for phase in range(scale))


def _row(place: float) -> tuple[int, ...]:
    real = [_kernel(tap - place) for tap in range(-_LOBES, _LOBES + 1)]
    whole = [round(value / math.fsum(real) * (1 << _BITS)) for value in real]
    whole[whole.index(max(whole))] += (1 << _BITS) - sum(whole)
    return tuple(whole)


def _kernel(x: float) -> float:
    if x == 0:
        return 1.0
    if abs(x) >= _LOBES:
        return 0.0
    turn = math.pi * x
    return _LOBES * math.sin(turn) * math.sin(turn / _LOBES) / turn**2
