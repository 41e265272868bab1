"""The beats of the test bench: what goes in, and what the reference says must come out."""

import numpy as np
from numpy.typing import NDArray

from srq.export.rtl.network import Shape, in_bits, out_bits
from srq.program import Program
from srq.program.reference import Reference
from srq.stimuli import Stimulus
from srq.stimuli.sets import for_bench


def frames(program: Program, shape: Shape) -> list[Stimulus]:
    """The pictures of the bench that are not too wide."""
    stimuli = for_bench(program.input.format)
    return [s for s in stimuli if s.picture.shape[1] <= shape.max_width]


def beats_in(program: Program, shape: Shape) -> list[str]:
    """A line for each beat: rows, columns, tlast, tuser, pixels, as one hexadecimal number."""
    bits = in_bits(program, shape)
    lines = []
    for stimulus in frames(program, shape):
        rows, columns = stimulus.picture.shape
        size = (rows << shape.column_bits | columns) << 2
        for place, word in _beats(stimulus.picture, shape.pixels, bits // shape.pixels):
            lines.append(f"{(size | place) << bits | word:x}")
    return lines


def beats_out(program: Program, shape: Shape) -> list[str]:
    """A line for each beat: tlast, tuser, pixels, as one hexadecimal number."""
    reference, scale = Reference(program), program.scale
    bits, fmt = out_bits(program, shape), program.output_value.format.bits
    lines = []
    for stimulus in frames(program, shape):
        picture = reference(stimulus.picture).astype(np.int64)
        raster = shape.has_raster(scale)
        beats = beats_of_picture(picture, scale, shape.pixels, fmt, raster=raster)
        lines += [f"{place << bits | word:x}" for place, word in beats]
    return lines


def beats_of_picture(
    picture: NDArray[np.int64], scale: int, pixels: int, bits: int, *, raster: bool
) -> list[tuple[int, int]]:
    """The beats in which a larger picture of ``bits`` a pixel leaves: tlast and tuser, and the
    pixels, the first lowest."""
    if raster:
        return _beats(picture, pixels * scale**2, bits)
    return _beats(_blocks(picture, scale), pixels, bits * scale**2, bits)


def _blocks(picture: NDArray[np.int64], scale: int) -> NDArray[np.int64]:
    """(rows, columns, pixels of a block) of a larger picture."""
    high, wide = picture.shape
    parts = picture.reshape(high // scale, scale, wide // scale, scale)
    return parts.transpose(0, 2, 1, 3).reshape(high // scale, wide // scale, scale**2)


def _beats(picture: NDArray, lanes: int, lane_bits: int, bits: int = 0) -> list[tuple[int, int]]:
    """Each beat's tlast and tuser, and its pixels, the leftmost lowest; zeros beyond the line."""
    rows, columns = picture.shape[:2]
    found = []
    bits = bits or lane_bits
    for row in range(rows):
        words = []
        for column in range(columns):
            pixels = np.atleast_1d(picture[row, column]).tolist()
            words.append(sum(pixel << (n * bits) for n, pixel in enumerate(pixels)))
        starts = range(0, columns, lanes)
        for start in starts:
            beat = words[start : start + lanes]
            place = (start + lanes >= columns) << 1 | (row == 0 and start == 0)
            found.append((place, sum(word << (n * lane_bits) for n, word in enumerate(beat))))
    return found
