"""Animated PNG: frames one at a time, each only as large as what changes."""

import struct
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import BinaryIO

from srq.image.picture import Picture

_START = b"\x89PNG\r\n\x1a\n"
_MOST = 65535  # of a time's numerator and denominator


class ApngWriter:
    """An animated PNG file that takes its frames one at a time.

    frames: how many there will be. plays: how often all of it is shown, 0 for ever. encode: a
    picture -> its PNG file. All frames must have the same channels and bits.
    """

    def __init__(
        self, stream: BinaryIO, frames: int, plays: int, encode: Callable[[Picture], bytes]
    ) -> None:
        self._stream = stream
        self._control = struct.pack(">II", frames, plays)
        self._encode = encode
        self._written = 0
        self._sequence = 0

    def write(self, picture: Picture, time: Fraction, place: tuple[int, int] = (0, 0)) -> None:
        """Append a frame, shown for ``time`` seconds, its top left corner at ``place``.

        It replaces what is there. The first frame must cover the whole picture.
        """
        first = self._written == 0
        if first:
            self._stream.write(_START)
        header: bytes | None = self._frame_control(picture, time, place)
        for kind, data in _chunks(self._encode(picture)):
            if kind == b"IDAT":
                if first and header is not None:
                    self._chunk(b"acTL", self._control)
                if header is not None:
                    self._chunk(b"fcTL", header)
                    header = None
                if first:
                    self._chunk(b"IDAT", data)
                else:
                    self._chunk(b"fdAT", self._next() + data)
            elif first and kind != b"IEND":
                self._chunk(kind, data)
        self._written += 1

    def finish(self) -> None:
        """End the file, after the last frame."""
        self._chunk(b"IEND", b"")

    def _frame_control(self, picture: Picture, time: Fraction, place: tuple[int, int]) -> bytes:
        (height, width), (top, left) = picture.size, place
        time = min(time, Fraction(_MOST)).limit_denominator(1000)
        if time.numerator > _MOST:
            time = Fraction(round(time))
        ratio = time.numerator, time.denominator
        return self._next() + struct.pack(">IIIIHHBB", width, height, left, top, *ratio, 0, 0)

    def _next(self) -> bytes:
        self._sequence += 1
        return struct.pack(">I", self._sequence - 1)

    def _chunk(self, kind: bytes, data: bytes) -> None:
        self._stream.write(struct.pack(">I", len(data)) + kind + data)
        self._stream.write(struct.pack(">I", zlib.crc32(kind + data)))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_START)
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += length + 12
