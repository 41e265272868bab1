"""A Picture -> a larger Picture: the network's luma, bicubic colour, and all that it carries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from srq.dataflow import reach_of
from srq.engines import Engine
from srq.errors import ImageError
from srq.image.blocks import blocks, blocks_of
from srq.image.depth import Pixels
from srq.image.exif import with_size
from srq.image.picture import Picture
from srq.image.resize import bicubic
from srq.upscaling.detail import TAPS, bicubic_block, enlarge_block, studio_luma
from srq.upscaling.engine import SIDE, Blockwise, check_eight_bits
from srq.upscaling.transparency import colour_clear_pixels

# A streaming engine gets whole lines, about this many pixels at a time: fewer would have it make
# more lines twice, where bands meet, and more would take memory.
_BAND_PIXELS = 1 << 19


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


def enlarge(
    picture: Picture,
    engine: Engine,
    progress: Progress | None = None,
    into: Pixels | None = None,
) -> Picture:
    """``picture`` at ``engine.scale`` times its height and width, of the same depth and kind.

    Its pixels are a new array or ``into``, which has the result's shape and type.
    ``progress(n)`` is called after each block of n of its pixels; what it raises stops the work.
    Raises ImageError if the result does not fit into the memory, ConfigError if the engine's
    program does not take 8-bit luma.
    """
    shape = (picture.size[0] * engine.scale, picture.size[1] * engine.scale)
    try:
        large = into
        if large is None:
            large = np.empty(shape + picture.pixels.shape[2:], picture.pixels.dtype)
        alpha = None if picture.alpha is None else np.empty(shape, picture.alpha.dtype)
        top = 0
        for band in enlarged_bands(picture, engine, progress, into=large):
            rows = slice(top, top + len(band.pixels))
            if alpha is not None and band.alpha is not None:
                alpha[rows] = band.alpha
            top = rows.stop
    except MemoryError as error:
        raise too_large(shape) from error
    exif = enlarged_exif(picture, shape)
    return Picture(large, alpha, picture.icc, exif, xmp=picture.xmp)


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
    picture: Picture,
    engine: Engine,
    progress: Progress | None = None,
    into: Pixels | None = None,
) -> Iterator[Picture]:
    """What ``enlarge`` makes, from above to below, as bands of whole lines: pixels and alpha.

    The bands' pixels are the rows of ``into``, which has the result's shape and type. Without it
    memory is that of the picture and one band, whatever the scale.
    """
    check_eight_bits(engine)
    if isinstance(engine, Blockwise):
        engine = engine.engine  # The picture is cut into blocks here.
    scale = engine.scale
    height, width = picture.size
    reach = reach_of(engine.program)
    threads = getattr(engine, "threads", 1)
    pixels, alpha = np.ascontiguousarray(picture.pixels), picture.alpha
    if alpha is not None:
        # A visible pixel of the result lies at most TAPS from one of the picture, and sees on
        # from there as far as the network does.
        depth = TAPS + max(reach.top, reach.bottom, reach.left, reach.right)
        pixels = colour_clear_pixels(pixels, alpha, depth)
    rows, columns = SIDE, SIDE
    if engine.streams:
        rows, columns = max(1, _BAND_PIXELS // width), width
    for line in blocks(height, width, rows, width):
        if into is None:
            shape = ((line.bottom - line.top) * scale, width * scale)
            band = np.empty(shape + pixels.shape[2:], pixels.dtype)
        else:
            band = into[line.top * scale : line.bottom * scale]
        for block in blocks_of(line, rows, columns):
            outer = block.with_halo(reach, height, width)
            made = engine(studio_luma(pixels[outer.part], threads))
            made = made[block.within(outer).times(scale).part]
            target = band[block.within(line).times(scale).part]
            enlarge_block(pixels, block, made, target, scale, threads)
            if progress is not None:
                progress(block.pixels)
        clear = None
        if alpha is not None:
            clear = bicubic_block(alpha, line, scale)
        yield Picture(band, clear)
