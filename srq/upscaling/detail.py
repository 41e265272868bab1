"""A part of a picture made larger: bicubic colour, and the network's detail on it.

The network learned on studio-range BT.601 luma Y of 8 bits. Y goes through the engine, Cb and Cr
through bicubic B, and what rounding to 8 bits took from Y through bicubic as well. All but the
engine is linear, so that for each colour channel c the way to YCbCr and back comes to

    c' = B(c) + gain * (engine(Y) - B(Y)),    gain = peak / 219

the network's detail over bicubic, added to the bicubic picture and rounded once. Equal channels
stay equal, and gray is what its three-channel copy would be.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.image import native
from srq.image.blocks import Block, blocks_of
from srq.image.colour import luma, luma_numbers
from srq.image.depth import peak, quantize
from srq.image.kernel import cubic_kernel
from srq.image.resize import bicubic

TAPS = 2
"""Pixels that cubic interpolation sees to each side."""

ROUNDING = 0.75
"""In a picture of 16 bits, detail of this many 8-bit codes of luma counts as the rounding of the
network's input and output; from twice as many on it counts in full."""

# 219 is the span of studio luma, and both peaks are multiples of 3: the gain is
# (peak / 3) / _SPAN, and all is counted in units of 1/_SPAN to stay with whole numbers.
_SPAN = 219 // 3

# NumPy's form goes through a block in pieces that stay in the processor's cache.
_PIECE_PIXELS = 1 << 14


def studio_luma(pixels: NDArray[Any], threads: int = 1) -> NDArray[np.uint8]:
    """The 8-bit studio luma (H, W) of gray or RGB of either depth."""
    codes = luma(pixels if pixels.ndim == 3 else np.dstack([pixels] * 3), threads=threads)
    if pixels.dtype == np.uint16:
        codes = (codes.astype(np.uint32) + 128) >> 8
    return codes.astype(np.uint8, copy=False)


def enlarge_block(
    pixels: NDArray[Any],
    block: Block,
    made: NDArray[Any],
    out: NDArray[Any],
    scale: int,
    threads: int = 1,
) -> None:
    """Write into ``out`` what the block of ``pixels`` becomes, whose larger luma is ``made``.

    ``pixels`` are a whole picture without gaps, (H, W) or (H, W, 3), uint8 or uint16; ``out``
    has their type and channels.
    """
    if native.pixels is None:
        _enlarge_block(pixels, block, made, out, scale)
        return
    kernel = cubic_kernel(pixels.shape[1] * scale, Fraction(scale), antialias=True)
    native.pixels.enlarge(
        pixels,
        (block.top, block.bottom, block.left, block.right),
        made,
        out,
        kernel.first,
        kernel.real,
        luma_numbers(pixels.dtype),
        _SPAN,
        peak(pixels.dtype) // 3,
        ROUNDING,
        threads,
    )


def bicubic_block(a: NDArray[Any], block: Block, scale: int) -> NDArray[Any]:
    """The block of ``bicubic(a, scale=scale)`` that the block of ``a`` becomes."""
    return _core(bicubic(_surrounded(a, block), scale=scale), scale)


def _enlarge_block(
    pixels: NDArray[Any], block: Block, made: NDArray[Any], out: NDArray[Any], scale: int
) -> None:
    """``enlarge_block`` by NumPy."""
    rows = block.bottom - block.top
    for piece in blocks_of(block, rows, max(_PIECE_PIXELS // rows, 16)):
        part = piece.within(block).times(scale).part
        out[part] = _with_detail(_surrounded(pixels, piece), made[part], scale)


def _with_detail(pixels: NDArray[Any], made: NDArray[Any], scale: int) -> NDArray[Any]:
    """A block of the result, from its ``pixels`` with TAPS around and its ``made`` luma."""
    dtype, gain = pixels.dtype, peak(pixels.dtype) // 3
    codes = studio_luma(pixels).astype(np.float64)
    if dtype == np.uint8:
        # c - gain * Y is made larger in one pass; the network's luma comes whole on top.
        base = pixels * float(_SPAN) - gain * _broadcast(codes, pixels)
        base = _core(bicubic(base, scale=scale), scale)
        detail = made.astype(np.float64)
    else:
        base = _core(bicubic(pixels * float(_SPAN), scale=scale), scale)
        detail = _beyond_rounding(made - _core(bicubic(codes, scale=scale), scale))
    return quantize((base + gain * _broadcast(detail, pixels)) / _SPAN, dtype)


def _beyond_rounding(detail: NDArray[Any]) -> NDArray[Any]:
    """``detail`` without what may come of rounding, which 16 bits would show as contours."""
    size = np.abs(detail)
    kept = np.minimum(size, 2 * np.maximum(size - ROUNDING, 0))
    return np.copysign(kept, detail)


def _broadcast(plane: NDArray[Any], pixels: NDArray[Any]) -> NDArray[Any]:
    """``plane`` (H, W), shaped to be combined with ``pixels`` (H, W) or (H, W, 3)."""
    return plane[..., None] if pixels.ndim == 3 else plane


def _surrounded(a: NDArray[Any], block: Block) -> NDArray[Any]:
    """The block of ``a`` and TAPS pixels around it; the picture's borders mirror it."""
    rows = _mirrored(block.top, block.bottom, a.shape[0])
    columns = _mirrored(block.left, block.right, a.shape[1])
    return a[rows[:, None], columns]


def _mirrored(start: int, stop: int, n: int) -> NDArray[np.intp]:
    index = np.arange(start - TAPS, stop + TAPS) % (2 * n)
    return np.where(index < n, index, 2 * n - 1 - index)


def _core(a: NDArray[Any], scale: int) -> NDArray[Any]:
    """``a``, enlarged by ``scale``, without what came of the TAPS pixels around."""
    edge = TAPS * scale
    return a[edge:-edge, edge:-edge]
