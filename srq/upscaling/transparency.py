"""Colours for the pixels that nobody sees, so that none of them shows along an edge.

Below full transparency a file may have any colour, often black. Enlarging mixes neighbours, and
the network looks further still: what is clear must look like the visible picture beside it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.image.blocks import blocks
from srq.image.depth import peak

# Alpha of one part in this many is enough for a colour of its own. Below, 8 bits of a
# premultiplied colour say little, and nobody sees what replaces it.
_TRUSTED = 8

_ROWS = 256


def colour_clear_pixels(pixels: NDArray[Any], alpha: NDArray[Any], depth: int) -> NDArray[Any]:
    """``pixels`` (H, W) or (H, W, 3) where clear pixels up to ``depth`` from visible ones have
    the colours of their neighbours; clear ones further off and visible ones are as they were.

    A pixel of less alpha than an eighth is mixed: the less alpha, the more of its neighbours.
    Everything is done in whole numbers.
    """
    top = peak(alpha.dtype)
    if int(alpha.min()) * _TRUSTED >= top:
        return pixels
    height, width = alpha.shape
    out = pixels.copy()
    colours = np.atleast_3d(pixels)
    for block in blocks(height, width, _ROWS, width):
        start, stop = max(block.top - depth, 0), min(block.bottom + depth, height)
        trust = np.minimum(alpha[start:stop].astype(np.int64) * _TRUSTED, top)
        grown = _grown(colours[start:stop].astype(np.int64), trust, top, depth)
        out[block.part] = grown[block.top - start : block.bottom - start].reshape(
            out[block.part].shape
        )
    return out


def _grown(
    colours: NDArray[np.int64], trust: NDArray[np.int64], top: int, depth: int
) -> NDArray[np.int64]:
    """``colours`` (H, W, C) spread from pixels of some ``trust`` over ``depth`` pixels of none."""
    average, near = _neighbourhood(colours, trust)
    weight = trust[..., None]
    mixed = (weight * colours + (top - weight) * average + top // 2) // top
    out = np.where(near[..., None], mixed, colours)
    known = near
    for _ in range(depth - 1):
        if known.all():
            break
        average, near = _neighbourhood(out, known.astype(np.int64))
        out = np.where((near & ~known)[..., None], average, out)
        known = near
    return out


def _neighbourhood(
    colours: NDArray[np.int64], weight: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The average of each 3x3 neighbourhood by ``weight``, rounded, and where it has any."""
    total = _sums(weight)[..., None]
    sums = _sums(weight[..., None] * colours)
    return (sums + total // 2) // np.maximum(total, 1), total[..., 0] > 0


def _sums(a: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sum of the 3x3 neighbourhood of each pixel, as far as the picture goes."""
    for axis in (0, 1):
        total = a.copy()
        a, total = np.moveaxis(a, axis, 0), np.moveaxis(total, axis, 0)
        total[1:] += a[:-1]
        total[:-1] += a[1:]
        a = np.moveaxis(total, 0, axis)
    return a
