"""Pixels -> the bytes of a file, and back: the codecs of the store.

Files hold pixels only: what else a picture carries is in the record of its form. All encoders run
on one thread, so that the bytes do not depend on the machine's cores.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srq.errors import MissingDependencyError

Pixels = NDArray[np.uint8]

LOSSLESS = 101
"""Above every quality: no pixel may change."""


@dataclass(frozen=True)
class Codec:
    """A way to hold the pixels (H, W, 3).

    encode:   pixels and a quality, ``least`` to 100 or LOSSLESS where ``lossless`` says so, to a
              file. A higher quality is meant to be better and larger, but neither is certain.
    decode:   the file to its pixels.
    """

    name: str
    suffix: str
    encode: Callable[[Pixels, int], bytes]
    decode: Callable[[bytes], Pixels]
    least: int = 1
    lossless: bool = False


def _pillow(data: bytes) -> Pixels:
    with Image.open(io.BytesIO(data), formats=["AVIF", "WEBP"]) as image:
        return np.asarray(image.convert("RGB"))


def _save(pixels: Pixels, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form, **options)
    return stream.getvalue()


def _avif(pixels: Pixels, quality: int, subsampling: str) -> bytes:
    options = {"quality": quality, "subsampling": subsampling, "speed": 6, "max_threads": 1}
    return _save(pixels, "AVIF", **options)


def _avif420(pixels: Pixels, quality: int) -> bytes:
    return _avif(pixels, quality, "4:2:0")


def _avif444(pixels: Pixels, quality: int) -> bytes:
    return _avif(pixels, quality, "4:4:4")


def _webp(pixels: Pixels, quality: int) -> bytes:
    if quality == LOSSLESS:
        return _save(pixels, "WEBP", lossless=True, quality=90, method=4)
    return _save(pixels, "WEBP", quality=quality, method=6)


def _jxl(pixels: Pixels, quality: int) -> bytes:
    return bytes(imagecodecs().jpegxl_encode(pixels, lossless=True, effort=5, numthreads=1))


def _from_jxl(data: bytes) -> Pixels:
    return np.asarray(imagecodecs().jpegxl_decode(data, numthreads=1))


CODECS = {
    "avif": Codec("avif", ".avif", _avif420, _pillow),
    "avif444": Codec("avif444", ".avif", _avif444, _pillow),
    "webp": Codec("webp", ".webp", _webp, _pillow, lossless=True),
    "jxl": Codec("jxl", ".jxl", _jxl, _from_jxl, least=LOSSLESS, lossless=True),
}
"""By the name that a form has."""


def transcode_jpeg(data: bytes) -> bytes | None:
    """A JPEG file as JPEG XL, from which it comes back byte for byte; None where it does not."""
    package = imagecodecs()
    try:
        made = bytes(package.jpegxl_encode_jpeg(data, numthreads=1))
        return made if jpeg_of(made) == data else None
    except Exception:  # of libjxl, for JPEG that it does not take (CMYK, arithmetic coding)
        return None


def jpeg_of(data: bytes) -> bytes:
    """The JPEG file that ``transcode_jpeg`` was given."""
    return bytes(imagecodecs().jpegxl_decode_jpeg(data, numthreads=1))


def imagecodecs() -> ModuleType:
    """The package that has libjxl; MissingDependencyError without it."""
    try:
        import imagecodecs
    except ImportError as error:
        raise MissingDependencyError(
            "JPEG XL in the store needs the package imagecodecs; pip install 'srq[store]'"
        ) from error
    return imagecodecs
