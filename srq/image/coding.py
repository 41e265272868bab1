"""How a picture file holds its pixels: in which format, with loss or without, how coarsely."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, JpegImagePlugin

_STANDARD_LUMA = np.array([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
])  # fmt: skip
"""The quantization table for luma of the JPEG standard (ITU-T T.81, K.1)."""

_NAMES = {"WEBP": "WebP", "HEIF": "HEIC"}
"""The formats that people call otherwise than Pillow does."""

_LOSSY = {"AVIF", "HEIC"}
"""The formats that are nearly always lossy; their files do not say it aloud."""

_LOSSY_TIFF = {"jpeg", "tiff_jpeg", "webp"}


@dataclass(frozen=True)
class Coding:
    """How a file holds a picture.

    format:         its name, such as "JPEG" or "WebP".
    lossy:          whether the pixels may be others than those that were saved.
    quality:        of a JPEG, 1 to 100: that at which libjpeg quantizes luma as coarsely.
    bits_per_pixel: of the file, over all its frames; None if that is not known.
    """

    format: str
    lossy: bool
    quality: int | None = None
    bits_per_pixel: float | None = None


def coding_of(image: Image.Image, data: bytes | None = None) -> Coding | None:
    """The coding of the file that ``image`` was opened from, None where it is from none.

    ``data`` are the file's bytes. Without them a WebP counts as lossy, as most are.
    """
    if image.format is None:
        return None
    if isinstance(image, JpegImagePlugin.JpegImageFile):  # MPO is one, too.
        return Coding("JPEG", True, jpeg_quality(_luma_table(image)))
    bits = None
    if data is not None:
        frames = getattr(image, "n_frames", 1)
        bits = 8 * len(data) / (image.width * image.height * frames)
    return Coding(_NAMES.get(image.format, image.format), _is_lossy(image, data), None, bits)


def _is_lossy(image: Image.Image, data: bytes | None) -> bool:
    if image.format == "WEBP":
        return data is None or not _is_lossless_webp(data)
    if image.format == "TIFF":
        return image.info.get("compression") in _LOSSY_TIFF
    return _NAMES.get(image.format or "", image.format) in _LOSSY


def jpeg_quality(table: list[int]) -> int:
    """The quality, 1 to 100, at which libjpeg's table for luma is as coarse as this one."""
    return 1 + int(np.argmin(np.abs(_coarseness() - np.log(max(1, sum(table))))))


def _luma_table(image: JpegImagePlugin.JpegImageFile) -> list[int]:
    tables = image.quantization
    _, _, _, number = image.layer[0]
    return tables.get(number) or next(iter(tables.values()), [])


@cache
def _coarseness() -> np.ndarray:
    """The logarithm of the sum of libjpeg's table, for each quality from 1 to 100."""
    scales = [5000 // q if q < 50 else 200 - 2 * q for q in range(1, 101)]
    tables = [np.clip((_STANDARD_LUMA * scale + 50) // 100, 1, 255) for scale in scales]
    return np.log([table.sum() for table in tables])


def _is_lossless_webp(data: bytes) -> bool:
    """Whether no chunk of a WebP file (RIFF), nor of its frames, is of lossy pixels."""
    kinds = set(_chunks(data))
    return b"VP8L" in kinds and b"VP8 " not in kinds


def _chunks(data: bytes) -> list[bytes]:
    """The kinds of all chunks of a WebP file; those of frames come after their frame's."""
    kinds, start = [], 12
    while start + 8 <= len(data):
        kind, size = data[start : start + 4], int.from_bytes(data[start + 4 : start + 8], "little")
        kinds.append(kind)
        if kind == b"ANMF":  # A frame: 16 bytes, and then its own chunks.
            start += 8 + 16
            continue
        start += 8 + size + size % 2
    return kinds
