"""TIFF: writing every kind of picture, and reading the 16-bit kinds that Pillow cannot.

EXIF in a TIFF file is a part of the file's own directory, and an EXIF block is itself a TIFF
file without a picture. So a file is written as the block, the pixels after it, and a directory
that has the tags of both: nothing in the block moves, and all it points at stays true.
"""

import io
import struct
import zlib
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from srq.image.exif import byte_order, entries
from srq.image.picture import Picture

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

# What tifffile reads for us: photometric kinds with their channels, and, without the many
# codecs that it can use, no compression or deflate.
_KINDS16 = {
    (tifffile.PHOTOMETRIC.MINISBLACK, 1),
    (tifffile.PHOTOMETRIC.MINISBLACK, 2),
    (tifffile.PHOTOMETRIC.RGB, 3),
    (tifffile.PHOTOMETRIC.RGB, 4),
}
_COMPRESSIONS16 = {
    tifffile.COMPRESSION.NONE,
    tifffile.COMPRESSION.ADOBE_DEFLATE,
    tifffile.COMPRESSION.DEFLATE,
}

_SHORT, _LONG, _UNDEFINED = 3, 4, 7
_CODES = {_SHORT: "H", _LONG: "I", _UNDEFINED: "B"}


def encode_tiff(picture: Picture) -> bytes:
    """The TIFF file of ``picture``: deflated strips of differences along each row."""
    exif = picture.exif or b"II*\0" + bytes(4)
    order = byte_order(exif) or "<"
    body = bytearray(exif)
    channels = np.atleast_3d(picture.channels())
    height, width, count = channels.shape
    bits = 8 * channels.itemsize
    rows = max(1, _STRIP_BYTES // (width * count * channels.itemsize))
    offsets, lengths = [], []
    for start in range(0, height, rows):
        strip = zlib.compress(_differences(channels[start : start + rows], order))
        offsets.append(_append(body, strip))
        lengths.append(len(strip))
    tags = {
        0x0100: (_LONG, [width]),
        0x0101: (_LONG, [height]),
        0x0102: (_SHORT, [bits] * count),
        0x0103: (_SHORT, [8]),  # Compression: deflate
        0x0106: (_SHORT, [1 if picture.is_gray else 2]),  # PhotometricInterpretation
        0x0111: (_LONG, offsets),
        0x0112: (_SHORT, [1]),  # Orientation: upright
        0x0115: (_SHORT, [count]),
        0x0116: (_LONG, [rows]),
        0x0117: (_LONG, lengths),
        0x011C: (_SHORT, [1]),  # PlanarConfiguration: pixel by pixel
        0x013D: (_SHORT, [2]),  # Predictor: differences along the row
    }
    if picture.alpha is not None:
        tags[0x0152] = (_SHORT, [2])  # ExtraSamples: alpha, not premultiplied
    if picture.icc is not None:
        tags[0x8773] = (_UNDEFINED, list(picture.icc))
    directory = {tag: entry for tag, entry in entries(exif).items() if tag in _ABOUT}
    for tag, (kind, values) in tags.items():
        directory[tag] = _entry(body, order, tag, kind, values)
    table = struct.pack(f"{order}H", len(directory))
    table += b"".join(directory[tag] for tag in sorted(directory)) + bytes(4)
    struct.pack_into(f"{order}I", body, 4, _append(body, table))
    return bytes(body)


def decode_tiff16(data: bytes) -> tuple[NDArray[np.uint16], bool, bytes | None, int] | None:
    """What Pillow does not know: 16-bit gray with alpha, and 16-bit channels kept apart.

    The channels (H, W, n), whether the last is alpha, the profile and the orientation; None if
    it is another kind of TIFF.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages.first
        if (
            page.dtype != np.uint16
            or (page.photometric, page.samplesperpixel) not in _KINDS16
            or page.compression not in _COMPRESSIONS16
            or page.imagedepth != 1
        ):
            return None
        # tifffile's shape: channels kept apart, depth, height, width, channels together.
        apart, _, height, width, together = page.shaped
        channels = np.asarray(page.asarray()).reshape(apart, height, width, together)
        orientation = page.tags.valueof(0x0112, default=1)
        icc = page.tags.valueof(0x8773, default=None)
    count = apart * together
    channels = np.moveaxis(channels, 0, -1).reshape(height, width, count).astype(np.uint16)
    orientation = orientation if orientation in range(1, 9) else 1
    return channels, count in (2, 4), icc, orientation


def tiff_exif(data: bytes) -> bytes | None:
    """The EXIF block within a TIFF file; None if there is nothing, or nothing sound, in it."""
    exif = Image.Exif()
    try:
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


def _entry(body: bytearray, order: str, tag: int, kind: int, values: list[int]) -> bytes:
    """The 12 bytes of a tag; values that do not fit into them are appended to ``body``."""
    packed = struct.pack(f"{order}{len(values)}{_CODES[kind]}", *values)
    if len(packed) > 4:
        packed = struct.pack(f"{order}I", _append(body, packed))
    return struct.pack(f"{order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")


def _append(body: bytearray, data: bytes) -> int:
    """Append ``data`` on an even place, as TIFF wants it, and give that place."""
    if len(body) % 2:
        body.append(0)
    place = len(body)
    body += data
    return place
