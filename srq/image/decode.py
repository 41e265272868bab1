"""The bytes of a picture file -> Picture."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PIL import Image, ImageFile, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from srq.errors import (
    DamagedImageError,
    ImageError,
    MissingDependencyError,
    UnsupportedImageError,
)
from srq.image import heic, jxl
from srq.image.channels import channels8, channels16, is_deep, picture_of
from srq.image.coding import Coding, coding_of
from srq.image.exif import upright
from srq.image.kinds import KINDS, kind_of
from srq.image.libtiff import has_codec
from srq.image.picture import Picture
from srq.image.quiet import quietly
from srq.image.tiff import decode_tiff16, tiff_exif
from srq.image.xmp import xmp_of

# Kinds of files by Pillow's names for them.
_PILLOWS = {
    "PNG": "PNG", "JPEG": "JPEG", "WebP": "WEBP", "TIFF": "TIFF", "BMP": "BMP", "GIF": "GIF",
    "AVIF": "AVIF",
}  # fmt: skip

_COMPRESSION, _PLANAR_CONFIGURATION = 0x0103, 0x011C
_SUBFILE_TYPE, _SMALLER, _MASK = 0x00FE, 1, 4
_OTHER_KINDS = {"F": "floating-point", "I": "32-bit integer", "LAB": "CIE L*a*b*"}

# How Pillow says that it knows of such files, but does not read them.
_NOT_READ = re.compile(
    r"unsupported|not (yet )?supported|not implemented|not installed|cannot handle|"
    r"unknown (pixel mode|data organization)|Decompressed data too large",
    re.IGNORECASE,
)


def decode(data: bytes, name: str) -> Picture:
    """The picture in the bytes ``data`` of a file of one of ``KINDS``.

    A raised error calls it ``name``. DamagedImageError: it is cut short, broken or empty.
    UnsupportedImageError: it holds no picture, or one of a kind that srq does not read, or
    several (``srq.image.frames`` reads these). MissingDependencyError: an extra reads it.
    ImageError: it is larger than Pillow allows (2 * PIL.Image.MAX_IMAGE_PIXELS, 179 million
    pixels unless changed) or than the memory.
    """
    with refusing(data, name):
        numbers = picture_numbers(data)
        if len(numbers) > 1:
            raise NotReadError(f"it holds {len(numbers)} pictures, and one is wanted; split it")
        return decode_page(data, numbers[0])


def decode_first(data: bytes, name: str) -> Picture:
    """The first picture of a file, whatever else it holds; raises as ``decode`` does.

    Of a PNG it is the one that programs show that know nothing of animation.
    """
    with refusing(data, name):
        return decode_page(data, 0 if kind_of(data) == "PNG" else picture_numbers(data)[0])


class NotReadError(Exception):
    """A sound file with a kind of picture that srq does not read; says which."""


@contextmanager
def refusing(data: bytes, name: str) -> Iterator[None]:
    """What decoders raise or print about ``data`` becomes one of the errors of ``decode``."""
    with quietly():
        try:
            if not data:
                raise DamagedImageError(f"Cannot read {name}: the file is empty.")
            yield
        except (DamagedImageError, UnsupportedImageError):
            raise
        except MissingDependencyError as error:
            needed = str(error)
            raise MissingDependencyError(
                f"Cannot read {name}: {needed[0].lower()}{needed[1:]}"
            ) from error
        except NotReadError as error:
            raise UnsupportedImageError(f"Cannot read {name}: {error}.") from error
        except Image.DecompressionBombError as error:
            raise ImageError(
                f"Cannot read {name}: it has more than {2 * (Image.MAX_IMAGE_PIXELS or 0)} pixels, "
                f"as if made to use up the memory; cut it into smaller pictures."
            ) from error
        except MemoryError as error:
            raise ImageError(
                f"Cannot read {name}: it does not fit into the memory; use a smaller picture."
            ) from error
        except Exception as error:
            # Decoders meet damaged bytes with errors of almost every type.
            raise _refusal(data, name, error) from error


def open_image(data: bytes, page: int = 0) -> ImageFile.ImageFile:
    """The file as Pillow opens it, at one of its pictures."""
    kind = kind_of(data)
    image = Image.open(io.BytesIO(data), formats=[_PILLOWS[kind]] if kind in _PILLOWS else [])
    if page:
        image.seek(page)
    return image


def picture_numbers(data: bytes) -> list[int]:
    """The numbers, as Pillow counts, of the pictures that a file holds; at least one.

    Not counted: previews after a JPEG photo (MPO), smaller copies and masks among the pages of a
    TIFF, the picture that stands in for an animated PNG, and what comes after the first in HEIC.
    """
    if kind_of(data) not in _PILLOWS:
        return [0]
    try:
        image = open_image(data)
    except UnidentifiedImageError:
        return [0]
    numbers = list(range(1 if image.format == "MPO" else getattr(image, "n_frames", 1)))
    if isinstance(image, TiffImageFile) and len(numbers) > 1:
        return [number for number in numbers if _is_whole(image, number)] or numbers
    return numbers[1:] if image.info.get("default_image") else numbers


def _is_whole(image: TiffImageFile, page: int) -> bool:
    try:
        image.seek(page)
    except Exception:
        return True  # Reading it will say what is wrong.
    return not int(image.tag_v2.get(_SUBFILE_TYPE, 0)) & (_SMALLER | _MASK)


def decode_page(data: bytes, page: int = 0) -> Picture:
    """One picture of a file, within ``refusing``."""
    kind = kind_of(data)
    if kind == "HEIC":
        return heic.decode(data)
    if kind == "JPEG XL":
        return jxl.decode(data)
    try:
        image = open_image(data, page)
    except UnidentifiedImageError:
        if kind != "TIFF":
            raise
        return _decode_tiff16(data, page)
    if image.mode in _OTHER_KINDS:
        pixels = _OTHER_KINDS[image.mode]
        raise NotReadError(f"its pixels are {pixels}; convert it to 8 or 16 bits an RGB channel")
    if is_deep(image) and image.mode != "CMYK":
        if isinstance(image, TiffImageFile) and image.tag_v2.get(_PLANAR_CONFIGURATION, 1) != 1:
            return _decode_tiff16(data, page)  # Pillow would take the channels for 8-bit ones.
        channels, alpha = channels16(image, lambda: open_image(data, page))
    else:
        channels, alpha = channels8(image)
    icc = None if image.mode == "CMYK" else image.info.get("icc_profile")
    if isinstance(image, TiffImageFile):  # Pillow has turned it upright.
        picture = picture_of(channels, alpha, icc, tiff_exif(data, page))
    else:
        picture = picture_of(channels, alpha, icc, *upright(exif_of(image)))
    return replace(picture, coding=coding_of(image, data), xmp=xmp_of(image))


def exif_of(image: Image.Image) -> bytes | None:
    """The EXIF block of any loaded file but TIFF, from wherever it has it."""
    exif = image.info.get("exif")
    if isinstance(exif, bytes):
        return exif
    try:
        tags = image.getexif()
        return tags.tobytes() if len(tags) else None
    except Exception:  # As in tiff_exif: damaged EXIF is no reason to refuse the picture.
        return None


def _decode_tiff16(data: bytes, page: int) -> Picture:
    found = decode_tiff16(data, page)
    if found is None:
        raise NotReadError("srq does not read this kind of TIFF; save it as 8- or 16-bit RGB")
    return replace(picture_of(*found[:-1]), coding=Coding("TIFF", False), xmp=found[-1])


def _refusal(data: bytes, name: str, error: Exception) -> ImageError:
    """Which of the errors of ``decode`` an unexpected ``error`` of a decoder comes to."""
    kind = kind_of(data)
    if kind is None:
        known = ", ".join(KINDS)
        other = _kind_by_pillow(data)
        if other is None:
            return UnsupportedImageError(
                f"Cannot read {name}: it is not a picture of a kind that srq reads ({known})."
            )
        return UnsupportedImageError(
            f"Cannot read {name}: it is of the kind {other}, which srq does not read; save it as"
            f" one of {known}."
        )
    if _NOT_READ.search(_reason(kind, data, error)) or _pillow_reads(data):
        return UnsupportedImageError(
            f"Cannot read {name}: srq does not read this kind of {kind}; save it as a plain PNG."
        )
    return DamagedImageError(
        f"Cannot read {name}: the file is damaged or cut short; get a whole copy of it."
    )


def _reason(kind: str, data: bytes, error: Exception) -> str:
    """What a decoder said. Pillow drops what a file's own reader says, so that is asked again."""
    if kind == "TIFF" and not _has_codec(data):
        return "unsupported"
    if isinstance(error, UnidentifiedImageError) and kind in _PILLOWS:
        try:
            Image.OPEN[_PILLOWS[kind]][0](io.BytesIO(data), "")
        except SyntaxError as told:
            # A key that is missing from its tables is a mode or compression unknown to Pillow.
            return "unsupported" if isinstance(told.__cause__, KeyError) else str(told)
        except Exception as told:
            return str(told)
    return str(error)


def _has_codec(data: bytes) -> bool:
    try:
        image = open_image(data)
        compression = image.tag_v2[_COMPRESSION] if isinstance(image, TiffImageFile) else 1
        return has_codec(int(compression))
    except Exception:
        return True


def _kind_by_pillow(data: bytes) -> str | None:
    """What Pillow calls a file of a kind that srq does not read; None if it knows it neither."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.format
    except Exception:
        return None


def _pillow_reads(data: bytes) -> bool:
    """Whether Pillow by itself makes pictures of the whole file."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            for number in range(1 if image.format == "MPO" else getattr(image, "n_frames", 1)):
                image.seek(number)
                image.load()
    except Exception:
        return False
    return True
