"""Writing PNG rows at a time, of 8 and 16 bits: Pillow can do neither rows nor 16-bit colour."""

import io
import struct
import zlib
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from srq.image.picture import Picture

_COLOUR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}  # by the number of channels
_SUB, _UP = 1, 2
_CHUNK_BYTES = 1 << 18


class PngWriter:
    """A PNG file that takes its rows from above to below, as they come.

    channels: 1 to 4, alpha the last of an even number. bits: 8 or 16.
    """

    def __init__(
        self,
        stream: BinaryIO,
        size: tuple[int, int],
        channels: int,
        bits: int,
        icc: bytes | None = None,
        exif: bytes | None = None,
    ) -> None:
        self._stream = stream
        self._bytes = channels * bits // 8  # of a pixel
        self._above = np.zeros((1, size[1] * self._bytes), np.uint8)
        self._packer = zlib.compressobj()
        self._packed = bytearray()
        header = struct.pack(">IIBBBBB", size[1], size[0], bits, _COLOUR_TYPE[channels], 0, 0, 0)
        stream.write(b"\x89PNG\r\n\x1a\n")
        self._chunk(b"IHDR", header)
        if icc is not None:
            self._chunk(b"iCCP", b"icc\0\0" + zlib.compress(icc))
        if exif is not None:
            self._chunk(b"eXIf", exif)

    def write(self, rows: NDArray[Any]) -> None:
        """Append rows: (n, width) or (n, width, channels), of ``bits`` bits."""
        big_endian = rows.astype(rows.dtype.newbyteorder(">"), copy=False)
        flat = np.ascontiguousarray(big_endian).view(np.uint8).reshape(len(rows), -1)
        self._pack(self._packer.compress(self._filtered(flat).data))
        self._above = flat[-1:].copy()

    def finish(self) -> None:
        """End the file, after the last row."""
        self._pack(self._packer.flush(), all_of_it=True)
        self._chunk(b"IEND", b"")

    def _filtered(self, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Rows of differences, each from the left or from above, whichever is the smaller."""
        left, above = rows.copy(), rows.copy()
        left[:, self._bytes :] -= rows[:, : -self._bytes]
        above[1:] -= rows[:-1]
        above[:1] -= self._above
        use_left = _effort(left) <= _effort(above)
        out = np.empty((len(rows), rows.shape[1] + 1), np.uint8)
        out[:, 0] = np.where(use_left, _SUB, _UP)
        out[:, 1:] = np.where(use_left[:, None], left, above)
        return out

    def _pack(self, data: bytes, *, all_of_it: bool = False) -> None:
        self._packed += data
        if all_of_it or len(self._packed) >= _CHUNK_BYTES:
            self._chunk(b"IDAT", bytes(self._packed))
            self._packed.clear()

    def _chunk(self, kind: bytes, data: bytes) -> None:
        self._stream.write(struct.pack(">I", len(data)) + kind + data)
        self._stream.write(struct.pack(">I", zlib.crc32(kind + data)))


def encode_png16(picture: Picture) -> bytes:
    """The PNG file of a uint16 picture, with its profile and EXIF."""
    stream = io.BytesIO()
    channels = np.atleast_3d(picture.channels())
    writer = PngWriter(stream, picture.size, channels.shape[2], 16, picture.icc, picture.exif)
    writer.write(channels)
    writer.finish()
    return stream.getvalue()


def _effort(differences: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The sum of each row's differences taken as signed bytes: the usual guess at its cost."""
    return np.minimum(differences, -differences).sum(axis=1, dtype=np.int64)
