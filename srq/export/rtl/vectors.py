"""The beats of the test bench: what goes in, and what the reference says must come out.

Good frames of many sizes, first two of one size that follow each other, of which the second drives
many values to their ends; then every fault that the core mends, each between good frames.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from srq.export.rtl.ports import FAULTS, in_bits, out_bits
from srq.export.rtl.shape import Shape
from srq.program import Program
from srq.program.reference import Reference
from srq.stimuli.patterns import noise
from srq.stimuli.saturation import saturating

FIRST = (6, 48)
"""Rows and columns of the first two frames: every scale and number of pixels divides a line."""

SIZES = ((7, 8), (1, 9), (4, 9), (4, 1), (1, 1), (2, 64), (3, 5))
"""Of the frames that follow: some differ from their neighbour in rows or in columns alone."""

SPOILT = (4, 13)
"""Of the frames that have faults."""

_SEED = 4


@dataclass(frozen=True, eq=False)
class Frame:
    """What is sent as a frame.

    size:   rows and columns that the ports say.
    beats:  of each, tlast and tuser (bits 1 and 0) and its pixels.
    made:   the picture that the core makes of it; None where it drops the frame.
    faults: that it tells, one after the other.
    """

    size: tuple[int, int]
    beats: list[tuple[int, int]]
    made: NDArray | None
    faults: tuple[str, ...] = field(default=())


def frames(program: Program, shape: Shape) -> list[Frame]:
    """All frames of the bench, in order."""
    rng = np.random.default_rng(_SEED)
    fmt, most = program.input.format, shape.max_width
    bits = in_bits(program, shape) // shape.pixels

    def picture(rows: int, columns: int) -> NDArray:
        return noise(fmt, (rows, min(columns, most)), rng, drawn=fmt.dtype)

    def good(pixels: NDArray) -> Frame:
        return whole_frame(pixels, shape, bits)

    first = picture(*FIRST)
    second = saturating(program, first.shape, _SEED)
    found = [good(first), good(second), *(good(picture(*size)) for size in SIZES)]
    for spoilt in _spoilt(good(picture(*SPOILT)), shape):
        found += [spoilt, good(picture(*SPOILT))]
    return found


def whole_frame(pixels: NDArray, shape: Shape, bits: int) -> Frame:
    """A picture of ``bits`` a pixel as a frame without faults."""
    rows, columns = pixels.shape
    return Frame((rows, columns), _beats(pixels, shape.pixels, bits), pixels)


def _spoilt(good: Frame, shape: Shape) -> Iterator[Frame]:
    """``good`` with every fault."""
    rows, columns = good.size
    beats, per, made = good.beats, len(good.beats) // rows, good.made
    assert made is not None
    more = (0, beats[0][1])
    if per > 1:
        for row, faults in ((1, ("short_line",)), (rows - 1, ("short_line",))):
            at = row * per
            short = made.copy()
            short[row, shape.pixels :] = 0
            ended = (beats[at][0] | 2, beats[at][1])
            yield Frame(good.size, [*beats[:at], ended, *beats[at + per :]], short, faults)
        cut = made.copy()
        cut[2, shape.pixels :] = 0
        cut[3:] = 0
        yield Frame(good.size, beats[: 2 * per + 1], cut, ("short_frame",))
    for row in (1, rows - 1):
        at = (row + 1) * per - 1
        open_ = (beats[at][0] & ~2, beats[at][1])
        longer = [*beats[:at], open_, more, (2, more[1]), *beats[at + 1 :]]
        yield Frame(good.size, longer, made, ("long_line",))
    yield Frame(good.size, [*beats, more, (2, more[1])], made, ("long_frame",))
    for size in ((0, columns), (rows, 0), (rows, shape.max_width + 1)):
        yield Frame(size, beats, None, ("wrong_size",))


def faults(program: Program, shape: Shape) -> dict[str, int]:
    """How often each fault is told in all."""
    told = [fault for frame in frames(program, shape) for fault in frame.faults]
    return {fault: told.count(fault) for fault in FAULTS}


def beats_in(program: Program, shape: Shape) -> list[str]:
    """A line for each beat: rows, columns, tlast, tuser, pixels, as one hexadecimal number."""
    return lines_in(program, shape, frames(program, shape))


def lines_in(program: Program, shape: Shape, sent: Iterable[Frame]) -> list[str]:
    """The same of these frames."""
    bits = in_bits(program, shape)
    lines = []
    for frame in sent:
        rows, columns = frame.size
        size = (rows << shape.column_bits | columns) << 2
        lines += [f"{(size | place) << bits | word:x}" for place, word in frame.beats]
    return lines


def beats_out(program: Program, shape: Shape) -> list[str]:
    """A line for each beat: tlast, tuser, pixels, as one hexadecimal number."""
    made = [frame.made for frame in frames(program, shape) if frame.made is not None]
    return lines_out(program, shape, made)


def lines_out(program: Program, shape: Shape, pictures: Iterable[NDArray]) -> list[str]:
    """The same for these pictures."""
    reference, scale = Reference(program), program.scale
    bits, fmt = out_bits(program, shape), program.output_value.format.bits
    lines = []
    for made in pictures:
        picture = reference(made).astype(np.int64)
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
