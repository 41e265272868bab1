"""GIF: frames of at most 256 colours each, one at a time."""

import io
import struct
from fractions import Fraction
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srq.image.picture import Picture

LONGEST = 65535

_KEEP, _CLEAR = 1, 2  # what becomes of a frame before the next is drawn
_EXTENSION, _IMAGE, _END = 0x21, 0x2C, 0x3B
_CONTROL = 0xF9
_HAS_TABLE = 0x80


class GifWriter:
    """A GIF file that takes its frames one at a time.

    plays: how often all of it is shown, 0 for ever. clears: whether each frame is gone before
    the next, which frames with clear pixels need, and which then must cover the whole picture.
    """

    def __init__(
        self, stream: BinaryIO, size: tuple[int, int], plays: int = 1, *, clears: bool = False
    ) -> None:
        self._stream = stream
        self._disposal = _CLEAR if clears else _KEEP
        stream.write(b"GIF89a" + struct.pack("<HHBBB", size[1], size[0], 0x70, 0, 0))
        if plays != 1:
            repeats = min(max(plays - 1, 0), 65535)
            stream.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", repeats, 0))

    def write(
        self, picture: Picture, time: Fraction = Fraction(0), place: tuple[int, int] = (0, 0)
    ) -> None:
        """Append an 8-bit picture, shown for ``time`` seconds, its top left corner at ``place``."""
        table, clear, packed = _packed(indexed(picture))
        delay = min(max(round(time * 100), 1 if time else 0), 65535)
        flags = self._disposal << 2 | (clear is not None)
        self._stream.write(
            struct.pack("<BBBBHBB", _EXTENSION, _CONTROL, 4, flags, delay, clear or 0, 0)
        )
        (height, width), (top, left) = picture.size, place
        size_of_table = (len(table) // 3).bit_length() - 2
        self._stream.write(
            struct.pack("<BHHHHB", _IMAGE, left, top, width, height, _HAS_TABLE | size_of_table)
        )
        self._stream.write(table + packed)

    def finish(self) -> None:
        """End the file, after the last frame."""
        self._stream.write(bytes([_END]))


def encode_gif(picture: Picture) -> bytes:
    """The GIF file of an 8-bit picture."""
    stream = io.BytesIO()
    writer = GifWriter(stream, picture.size)
    writer.write(picture)
    writer.finish()
    return stream.getvalue()


def indexed(picture: Picture) -> Image.Image:
    """The picture in a palette, exact where its colours are few enough; clear below half alpha.

    info["transparency"] of the result is the index of the clear pixels, if it has alpha.
    """
    clear = None if picture.alpha is None else picture.alpha < 128
    colours = 256 if clear is None else 255
    pixels = picture.pixels if picture.pixels.ndim == 3 else np.dstack([picture.pixels] * 3)
    if clear is not None:
        pixels = np.where(clear[..., None], 0, pixels)
    image = _exact(pixels, colours)
    if image is None:
        plain = Image.fromarray(pixels)
        palette = plain.quantize(colours, Image.Quantize.MEDIANCUT)
        image = plain.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    if clear is None:
        return image
    # Though none may be clear: a frame without a clear index leaves a background behind.
    codes = np.where(clear, colours, np.asarray(image)).astype(np.uint8)
    made = Image.fromarray(codes).convert("P")
    palette = (image.getpalette() or [])[: 3 * colours]
    made.putpalette(palette + [0] * (768 - len(palette)))
    made.frombytes(codes.tobytes())
    made.info["transparency"] = colours
    return made


def _exact(pixels: NDArray[Any], colours: int) -> Image.Image | None:
    """The picture with a palette of just its own colours; None if they are more."""
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    # Most pictures have too many within a few lines; counting them all takes longer.
    if len(np.unique(packed[:: max(1, len(packed) // 16)])) > colours:
        return None
    found, codes = np.unique(packed, return_inverse=True)
    if len(found) > colours:
        return None
    image = Image.new("P", (pixels.shape[1], pixels.shape[0]))
    table = np.column_stack([found >> 16, found >> 8 & 255, found & 255]).astype(np.uint8)
    image.putpalette(table.tobytes())
    image.frombytes(codes.astype(np.uint8).tobytes())
    return image


def _packed(image: Image.Image) -> tuple[bytes, int | None, bytes]:
    """A paletted image as a GIF file holds it: colour table, clear index, compressed pixels."""
    stream = io.BytesIO()
    clear = image.info.get("transparency")
    options = {} if clear is None else {"transparency": clear}
    image.save(stream, "GIF", optimize=False, interlace=False, **options)
    data = stream.getvalue()
    table, place = _table(data, data[10], 13)
    clear = None
    while data[place] == _EXTENSION:
        if data[place + 1] == _CONTROL and data[place + 3] & 1:
            clear = data[place + 6]
        place = _after_blocks(data, place + 2)
    own, place = _table(data, data[place + 9], place + 10)
    return own or table, clear, data[place : _after_blocks(data, place + 1)]


def _table(data: bytes, flags: int, place: int) -> tuple[bytes, int]:
    """The colour table at ``place``, if ``flags`` say that there is one, and where it ends."""
    end = place + (3 * 2 ** ((flags & 7) + 1) if flags & _HAS_TABLE else 0)
    return data[place:end], end


def _after_blocks(data: bytes, place: int) -> int:
    """Where the blocks end that begin at ``place``: each has its length before it, the last 0."""
    while data[place]:
        place += data[place] + 1
    return place + 1
