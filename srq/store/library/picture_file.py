"""A picture -> the file of it that a user downloads."""

from srq.image.decode import decode_first
from srq.image.encode import FORMATS, encode
from srq.image.picture import Picture
from srq.upscaling.enlarge import enlarge
from srq.upscaling.fingerprints import Programs

ENLARGER = {1: None, 2: "kim-x2"}
"""The network of the zoo that makes a download larger, by its scale."""

_WHITE = 255
_QUALITY = 95


def picture_file(data: bytes, name: str, suffix: str, scale: int, stripped: bool) -> bytes:
    """The (first) picture of the file ``data`` in another format; raises as ``decode_first``."""
    return encoded(decode_first(data, name), suffix, scale, stripped)


def encoded(picture: Picture, suffix: str, scale: int, stripped: bool) -> bytes:
    """The file of ``picture`` at ``scale`` times its size: without loss, but for JPEG, which has
    quality 95 and white in the place of transparency. ``stripped``: without EXIF and XMP."""
    name = ENLARGER[scale]
    if name is not None:
        programs = Programs()
        picture = enlarge(picture, programs.engine(programs.of_zoo(name)))
    if stripped:
        picture = picture.without_notes()
    if not FORMATS[suffix].alpha and picture.alpha is not None:
        picture = picture.on(257 * _WHITE if picture.pixels.itemsize == 2 else _WHITE)
    return encode(picture, suffix, quality=_QUALITY, lossless=True)
