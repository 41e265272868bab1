"""A Picture -> a larger Picture: the network's luma, bicubic colour, and all that it carries.

The network learned on studio-range BT.601 luma Y of 8 bits. Y goes through the engine, Cb and Cr
through bicubic B, and what rounding to 8 bits took from Y through bicubic as well. All but the
engine is linear, so that for each colour channel c the way to YCbCr and back comes to

    c' = B(c) + gain * (engine(Y) - B(Y)),    gain = peak / 219

the network's detail over bicubic, added to the bicubic picture and rounded once. Equal channels
stay equal, and gray is what its three-channel copy would be.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.dataflow import reach_of
from srq.engines import Engine
from srq.errors import ImageError
from srq.image.colour import luma
from srq.image.depth import peak, quantize
from srq.image.exif import with_size
from srq.image.picture import Picture
from srq.image.resize import bicubic
from srq.upscaling.blocks import Block, blocks, blocks_of
from srq.upscaling.engine import SIDE, Blockwise, check_eight_bits
from srq.upscaling.transparency import colour_clear_pixels

# 219 is the span of studio luma, and both peaks are multiples of 3: the gain is
# (peak / 3) / _SPAN, and all is counted in units of 1/_SPAN to stay with whole numbers.
_SPAN = 219 // 3

# Cubic interpolation sees two pixels to each side.
_TAPS = 2

# A streaming engine gets whole lines, about this many pixels at a time, and what is done to
# its result is done to pieces that stay in the processor's cache.
_BAND_PIXELS = 1 << 18
_PIECE_PIXELS = 1 << 14

# In a picture of 16 bits, detail of this many 8-bit codes of luma counts as the rounding of
# the network's input and output; from twice as many on it counts in full.
ROUNDING = 0.75


@dataclass(frozen=True)
class Size:
    """The size that a result is to have: a side that is None follows from the other."""

    width: int | None = None
    height: int | None = None

    def of(self, height: int, width: int, scale: int) -> tuple[int, int]:
        """Height and width for a picture of that size; with no side given, ``scale`` times it."""
        if self.width is not None and self.height is not None:
            return self.height, self.width
        if self.width is not None:
            return max(1, round(Fraction(self.width * height, width))), self.width
        if self.height is not None:
            return self.height, max(1, round(Fraction(self.height * width, height)))
        return height * scale, width * scale


Progress = Callable[[int], None]


def enlarge(picture: Picture, engine: Engine, progress: Progress | None = None) -> Picture:
    """``picture`` at ``engine.scale`` times its height and width, of the same depth and kind.

    ``progress(n)`` is called after each block of n of its pixels; what it raises stops the work.
    Raises ImageError if the result does not fit into the memory, ConfigError if the engine's
    program does not take 8-bit luma.
    """
    shape = (picture.size[0] * engine.scale, picture.size[1] * engine.scale)
    try:
        large = np.empty(shape + picture.pixels.shape[2:], picture.pixels.dtype)
        alpha = None if picture.alpha is None else np.empty(shape, picture.alpha.dtype)
        top = 0
        for band in enlarged_bands(picture, engine, progress):
            rows = slice(top, top + len(band.pixels))
            large[rows] = band.pixels
            if alpha is not None and band.alpha is not None:
                alpha[rows] = band.alpha
            top = rows.stop
    except MemoryError as error:
        raise too_large(shape) from error
    exif = enlarged_exif(picture, shape)
    return Picture(large, alpha, picture.icc, exif)


def too_large(size: tuple[int, int]) -> ImageError:
    """What to raise where a result of that height and width does not fit into the memory."""
    return ImageError(
        f"A picture of {size[1]} x {size[0]} pixels does not fit into the memory;"
        " cut the picture into parts."
    )


def enlarged_exif(picture: Picture, size: tuple[int, int]) -> bytes | None:
    """The EXIF of ``picture`` for a result of that height and width."""
    return None if picture.exif is None else with_size(picture.exif, *size)


def resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """``picture`` at another height and width, by bicubic; itself where it has them already."""
    if picture.size == size:
        return picture
    alpha = None if picture.alpha is None else bicubic(picture.alpha, size=size)
    pixels = bicubic(picture.pixels, size=size)
    return replace(picture, pixels=pixels, alpha=alpha, exif=enlarged_exif(picture, size))


def enlarged_bands(
    picture: Picture, engine: Engine, progress: Progress | None = None
) -> Iterator[Picture]:
    """What ``enlarge`` makes, from above to below, as bands of whole lines: pixels and alpha.

    Memory is that of the picture and one band, whatever the scale.
    """
    check_eight_bits(engine)
    if isinstance(engine, Blockwise):
        engine = engine.engine  # The picture is cut into blocks here.
    scale = engine.scale
    height, width = picture.size
    reach = reach_of(engine.program)
    pixels, alpha = picture.pixels, picture.alpha
    if alpha is not None:
        # A visible pixel of the result lies at most _TAPS from one of the picture, and sees on
        # from there as far as the network does.
        depth = _TAPS + max(reach.top, reach.bottom, reach.left, reach.right)
        pixels = colour_clear_pixels(pixels, alpha, depth)
    rows, columns = SIDE, SIDE
    if engine.streams:
        rows, columns = max(1, _BAND_PIXELS // width), width
    for line in blocks(height, width, rows, width):
        shape = ((line.bottom - line.top) * scale, width * scale)
        band = np.empty(shape + pixels.shape[2:], pixels.dtype)
        for block in blocks_of(line, rows, columns):
            outer = block.with_halo(reach, height, width)
            made = engine(_studio_luma(pixels[outer.part]))
            made = made[block.within(outer).times(scale).part]
            for piece in blocks_of(block, rows, max(_PIECE_PIXELS // rows, 16)):
                detail = made[piece.within(block).times(scale).part]
                target = piece.within(line).times(scale).part
                band[target] = _with_detail(_surrounded(pixels, piece), detail, scale)
            if progress is not None:
                progress(block.pixels)
        clear = None
        if alpha is not None:
            clear = _core(bicubic(_surrounded(alpha, line), scale=scale), scale)
        yield Picture(band, clear)


def _studio_luma(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """The 8-bit studio luma (H, W) of gray or RGB of either depth."""
    codes = luma(pixels if pixels.ndim == 3 else np.dstack([pixels] * 3))
    if pixels.dtype == np.uint16:
        codes = (codes.astype(np.uint32) + 128) >> 8
    return codes.astype(np.uint8)


def _with_detail(pixels: NDArray[Any], made: NDArray[Any], scale: int) -> NDArray[Any]:
    """A block of the result, from its ``pixels`` with _TAPS around and its ``made`` luma."""
    dtype, gain = pixels.dtype, peak(pixels.dtype) // 3
    codes = _studio_luma(pixels).astype(np.float64)
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
    """The block of ``a`` and _TAPS pixels around it; the picture's borders mirror it."""
    rows = _mirrored(block.top, block.bottom, a.shape[0])
    columns = _mirrored(block.left, block.right, a.shape[1])
    return a[rows[:, None], columns]


def _mirrored(start: int, stop: int, n: int) -> NDArray[np.intp]:
    index = np.arange(start - _TAPS, stop + _TAPS) % (2 * n)
    return np.where(index < n, index, 2 * n - 1 - index)


def _core(a: NDArray[Any], scale: int) -> NDArray[Any]:
    """``a``, enlarged by ``scale``, without what came of the _TAPS pixels around."""
    edge = _TAPS * scale
    return a[edge:-edge, edge:-edge]
