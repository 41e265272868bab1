"""Which pictures may be coded anew, and why others are kept as they came.

A picture may be coded anew only where everything that it carries comes back: 8-bit RGB of sRGB
colours, one picture a file, with EXIF, XMP and a profile at most. All else is kept, and told.
"""

import struct

import numpy as np

from srq.errors import UnsupportedImageError
from srq.image.decode import decode_page, open_image, picture_numbers, refusing
from srq.image.kinds import kind_of
from srq.image.picture import Picture
from srq.image.xmp import KEYWORD

LEAST = 8
"""Pixels on a side, below which fidelity has no measure."""

# The red, green and blue of sRGB as a profile has them, adapted to D50 (ICC.1), and how near a
# profile must come: 16-bit fractions of makers differ in the fourth digit.
_SRGB = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
_NEAR = 0.003

_GAIN_MAPS = (b"hdrgm:", b"urn:iso:std:iso:ts:21496", b"HDRGainMap")
_MOTION = (b"MotionPhoto", b"MicroVideo")
_PILLOW_KINDS = {"PNG", "JPEG", "WebP", "TIFF", "BMP", "GIF", "AVIF"}


def screened(data: bytes, name: str) -> tuple[Picture | None, str | None]:
    """The picture of a file if it may be coded anew, or None and the reason why it is kept.

    Raises ImageError (of ``srq.image.decode``) where the file is no sound picture.
    """
    if kind_of(data) is None:
        raise UnsupportedImageError(f"Cannot store {name}: it is not a picture.")
    with refusing(data, name):
        reason = _of_file(data)
        if reason is not None:
            return None, reason
        picture = decode_page(data)
    reason = _of_picture(picture)
    return (None, reason) if reason else (picture, None)


def _of_file(data: bytes) -> str | None:
    """Why a file is kept by what it is beside its pixels."""
    kind = kind_of(data)
    if kind not in _PILLOW_KINDS:
        return f"{kind} files are kept as they came"
    if len(picture_numbers(data)) > 1:
        return "it is animated or holds several pictures"
    if kind == "JPEG":
        reason = _of_jpeg(data)
        if reason is not None:
            return reason
    image = open_image(data)
    if image.mode == "CMYK":
        return "its colours are those of print (CMYK)"
    if kind == "GIF" or image.mode == "P":
        return "it has a palette"
    if image.format == "MPO":
        return "it holds several pictures (MPO)"
    info = image.info
    if "transparency" in info:
        return "it has transparency"
    if "photoshop" in info or "comment" in info:
        return "it carries IPTC or a comment, which a restored file would lack"
    if set(getattr(image, "text", None) or ()) - {KEYWORD.decode()}:
        return "it carries text, which a restored file would lack"
    return None


def _of_picture(picture: Picture) -> str | None:
    """Why a picture is kept by what its pixels are."""
    if picture.alpha is not None:
        return "it has transparency"
    if picture.pixels.dtype != np.uint8:
        return "it has 16 bits a channel"
    if picture.is_gray:
        return "it is gray"
    if min(picture.size) < LEAST:
        return f"it is smaller than {LEAST} x {LEAST} pixels"
    if not _is_srgb(picture.icc):
        return "its colours are not those of sRGB (a profile of another gamut)"
    if picture.exif is not None and b"R03\0" in picture.exif:
        return "its colours are not those of sRGB (Adobe RGB by its EXIF)"
    return None


def _of_jpeg(data: bytes) -> str | None:
    end = _end_of_jpeg(data)
    if any(mark in data[:end] for mark in _GAIN_MAPS):
        return "it has a gain map (HDR)"
    if any(mark in data[:end] for mark in _MOTION):
        return "it is a motion photo"
    rest = data[end:].strip(b"\0")
    if rest:
        moving = " (a motion photo)" if b"ftyp" in rest[:64] else ""
        return f"{len(rest)} bytes follow its picture{moving}"
    return None


def _end_of_jpeg(data: bytes) -> int:
    """Where the first picture of a JPEG file ends, after its EOI; the file's end without one."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == 0xD9:
            return at + 2
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker != 0xDA:
            continue
        # Coded data: 0xFF stands before a zero or a restart, or it begins the next marker.
        while True:
            at = data.find(b"\xff", at)
            if at < 0 or at + 1 >= len(data):
                return len(data)
            if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
                at += 2
                continue
            break
    return len(data)


def _is_srgb(icc: bytes | None) -> bool:
    """Whether a profile has the primaries of sRGB; none at all means sRGB."""
    if icc is None:
        return True
    try:
        (count,) = struct.unpack_from(">I", icc, 128)
        tags = {}
        for number in range(min(count, 100)):
            tag, place, _ = struct.unpack_from(">4sII", icc, 132 + 12 * number)
            tags[tag] = place
        for tag, wanted in _SRGB.items():
            found = np.array(struct.unpack_from(">3i", icc, tags[tag] + 8)) / 65536
            if np.abs(found - wanted).max() > _NEAR:
                return False
    except (struct.error, KeyError):
        return False
    return True
