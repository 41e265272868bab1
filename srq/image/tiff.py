"""TIFF: writing every kind of picture, and reading the 16-bit kinds that Pillow cannot.

EXIF in a TIFF file is a part of the file's own directory, and an EXIF block is itself a TIFF
file without a picture. So a file is written as the block, the pixels after it, and a directory
that has the tags of both: nothing in the block moves, and all it points at stays true.
"""

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srq.errors import ImageError
from srq.image.exif import byte_order, entries
from srq.image.picture import Picture
from srq.image.xmp import upright_xmp

_STRIP_BYTES = 1 << 18

# The tags of an EXIF block's first directory that describe the shot, not the file.
_ABOUT = {
    0x010E,  # ImageDescription
    0x010F,  # Make
    0x0110,  # Model
    0x011A,  # XResolution
    0x011B,  # YResolution
    0x0128,  # ResolutionUnit
    0x0131,  # Software
    0x0132,  # DateTime
    0x013B,  # Artist
    0x013C,  # HostComputer
    0x8298,  # Copyright
    0x8769,  # the EXIF directory
    0x8825,  # the GPS directory
}

# What tifffile reads for us: photometric kinds (gray, RGB) with their channels, and, without the
# many codecs that it can use, no compression or deflate, by both of its numbers.
_KINDS16 = {(1, 1), (1, 2), (2, 3), (2, 4)}
_COMPRESSIONS16 = {1, 8, 32946}

_DIRECTORIES = {0x8769, 0x8825}
_XMP = 0x02BC

_BYTE, _SHORT, _LONG, _UNDEFINED = 1, 3, 4, 7
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of a value of each of TIFF's types."""
_CODES = {_BYTE: "B", _SHORT: "H", _LONG: "I", _UNDEFINED: "B"}


class TiffWriter:
    """A TIFF file that takes its rows from above to below: deflated strips of differences.

    channels: 1 to 4, alpha the last of an even number. bits: 8 or 16. The stream must be at its
    start and allow to seek. More pages may follow the first; EXIF beyond the first directory,
    such as the place of a shot, is kept for the first page alone.
    """

    def __init__(
        self,
        stream: BinaryIO,
        size: tuple[int, int],
        channels: int,
        bits: int,
        icc: bytes | None = None,
        exif: bytes | None = None,
        xmp: bytes | None = None,
    ) -> None:
        self._stream = stream
        exif = exif or b"II*\0" + bytes(4)
        self._order = byte_order(exif) or "<"
        self._link = 4  # where the place of the next directory is to be written
        self._place = 0
        self._append(exif)
        about = {tag: entry for tag, entry in entries(exif).items() if tag in _ABOUT}
        self._begin(size, channels, bits, icc, about, xmp)

    def write(self, rows: NDArray[Any]) -> None:
        """Append rows: (n, width) or (n, width, channels), of ``bits`` bits."""
        self._waiting.append(rows.reshape(len(rows), self._size[1], self._channels))
        while sum(map(len, self._waiting)) >= self._rows:
            self._strip()

    def next_page(
        self,
        size: tuple[int, int],
        channels: int,
        bits: int,
        icc: bytes | None = None,
        exif: bytes | None = None,
        xmp: bytes | None = None,
    ) -> None:
        """Begin another page, after the last row of one."""
        self.finish()
        about = {} if exif is None else self._moved(exif)
        self._begin(size, channels, bits, icc, about, xmp)

    def finish(self) -> None:
        """End the file, after the last row of the last page."""
        if self._waiting:
            self._strip()
        height, width = self._size
        tags = {
            0x0100: (_LONG, [width]),
            0x0101: (_LONG, [height]),
            0x0102: (_SHORT, [self._bits] * self._channels),
            0x0103: (_SHORT, [8]),  # Compression: deflate
            0x0106: (_SHORT, [1 if self._channels < 3 else 2]),  # PhotometricInterpretation
            0x0111: (_LONG, self._offsets),
            0x0112: (_SHORT, [1]),  # Orientation: upright
            0x0115: (_SHORT, [self._channels]),
            0x0116: (_LONG, [self._rows]),
            0x0117: (_LONG, self._lengths),
            0x011C: (_SHORT, [1]),  # PlanarConfiguration: pixel by pixel
            0x013D: (_SHORT, [2]),  # Predictor: differences along the row
        }
        if self._channels in (2, 4):
            tags[0x0152] = (_SHORT, [2])  # ExtraSamples: alpha, not premultiplied
        if self._icc is not None:
            tags[0x8773] = (_UNDEFINED, list(self._icc))
        if self._xmp is not None:
            tags[_XMP] = (_BYTE, list(self._xmp))
        directory = dict(self._about)
        for tag, (kind, values) in tags.items():
            directory[tag] = self._entry(tag, kind, values)
        table = struct.pack(f"{self._order}H", len(directory))
        table += b"".join(directory[tag] for tag in sorted(directory)) + bytes(4)
        place = self._append(table)
        self._stream.seek(self._link)
        self._stream.write(struct.pack(f"{self._order}I", place))
        self._stream.seek(0, io.SEEK_END)
        self._link = place + len(table) - 4

    def _begin(
        self,
        size: tuple[int, int],
        channels: int,
        bits: int,
        icc: bytes | None,
        about: Mapping[int, bytes],
        xmp: bytes | None,
    ) -> None:
        self._size, self._channels, self._bits = size, channels, bits
        self._icc, self._about, self._xmp = icc, about, xmp
        self._rows = max(1, _STRIP_BYTES // (size[1] * channels * bits // 8))
        self._waiting: list[NDArray[Any]] = []
        self._offsets: list[int] = []
        self._lengths: list[int] = []

    def _moved(self, exif: bytes) -> dict[int, bytes]:
        """What an EXIF block's first directory says of the shot, its values in this file."""
        if byte_order(exif) != self._order:
            return {}
        moved = {}
        for tag, entry in entries(exif).items():
            kind, count = struct.unpack_from(f"{self._order}2xHI", entry)
            size = _SIZES.get(kind, 0) * count
            if tag not in _ABOUT or tag in _DIRECTORIES or not size:
                continue
            if size > 4:
                (place,) = struct.unpack_from(f"{self._order}8xI", entry)
                if place + size > len(exif):
                    continue
                place = self._append(exif[place : place + size])
                entry = entry[:8] + struct.pack(f"{self._order}I", place)
            moved[tag] = entry
        return moved

    def _strip(self) -> None:
        taken: list[NDArray[Any]] = []
        left = self._rows
        while left and self._waiting:
            rows = self._waiting.pop(0)
            taken.append(rows[:left])
            if len(rows) > left:
                self._waiting.insert(0, rows[left:])
            left -= len(taken[-1])
        strip = zlib.compress(_differences(np.concatenate(taken), self._order))
        self._offsets.append(self._append(strip))
        self._lengths.append(len(strip))

    def _entry(self, tag: int, kind: int, values: list[int]) -> bytes:
        """The 12 bytes of a tag; values that do not fit into them are appended to the file."""
        packed = struct.pack(f"{self._order}{len(values)}{_CODES[kind]}", *values)
        if len(packed) > 4:
            packed = struct.pack(f"{self._order}I", self._append(packed))
        return struct.pack(f"{self._order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")

    def _append(self, data: bytes) -> int:
        """Append ``data`` on an even place, as TIFF wants it, and give that place."""
        if self._place % 2:
            self._stream.write(b"\0")
            self._place += 1
        place = self._place
        self._stream.write(data)
        self._place += len(data)
        if self._place >= 1 << 32:
            raise ImageError(
                "TIFF files can be at most 4 GiB, and this one grows larger; write PNG."
            )
        return place


def encode_tiff(picture: Picture) -> bytes:
    """The TIFF file of ``picture``."""
    stream = io.BytesIO()
    channels = np.atleast_3d(picture.channels())
    notes = picture.icc, picture.exif, picture.xmp
    writer = TiffWriter(stream, picture.size, channels.shape[2], 8 * channels.itemsize, *notes)
    writer.write(channels)
    writer.finish()
    return stream.getvalue()


def decode_tiff16(
    data: bytes, page: int = 0
) -> tuple[NDArray[np.uint16], bool, bytes | None, bytes | None, int, bytes | None] | None:
    """What Pillow does not know: 16-bit gray with alpha, and 16-bit channels kept apart.

    The channels (H, W, n), whether the last is alpha, the profile, EXIF, the orientation and XMP;
    None if it is another kind of TIFF.
    """
    import tifffile  # Most pictures need it not, and it is slow to import.

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        found = file.pages[page]
        if (
            not isinstance(found, tifffile.TiffPage)
            or found.dtype != np.uint16
            or (found.photometric, found.samplesperpixel) not in _KINDS16
            or found.compression not in _COMPRESSIONS16
            or found.imagedepth != 1
        ):
            return None
        # tifffile's shape: channels kept apart, depth, height, width, channels together.
        apart, _, height, width, together = found.shaped
        channels = np.asarray(found.asarray()).reshape(apart, height, width, together)
        orientation = found.tags.valueof(0x0112, default=1)
        icc = found.tags.valueof(0x8773, default=None)
        xmp = found.tags.valueof(_XMP, default=None)
    count = apart * together
    channels = np.moveaxis(channels, 0, -1).reshape(height, width, count).astype(np.uint16)
    orientation = orientation if orientation in range(1, 9) else 1
    xmp = upright_xmp(xmp if isinstance(xmp, bytes) else None)
    return channels, count in (2, 4), icc, tiff_exif(data, page), orientation, xmp


def tiff_exif(data: bytes, page: int = 0) -> bytes | None:
    """The EXIF block within a page of a TIFF file; None if nothing, or nothing sound, is there."""
    exif = Image.Exif()
    try:
        if page:
            image = Image.open(io.BytesIO(data), formats=["TIFF"])
            image.seek(page)
            exif = image.getexif()
        else:
            exif.load(data)
        for tag in set(exif) - _ABOUT:
            del exif[tag]
        return exif.tobytes().removeprefix(b"Exif\0\0") if len(exif) else None
    except Exception:  # Pillow meets damaged EXIF with many kinds of error; none is about pixels.
        return None


def _differences(strip: NDArray[Any], order: str) -> bytes:
    differences = strip.copy()
    differences[:, 1:] -= strip[:, :-1]
    return differences.astype(f"{order}u{differences.itemsize}").tobytes()
