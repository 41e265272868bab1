"""Picture -> the bytes of a picture file."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray
from PIL import Image

from srq.errors import ImageError
from srq.image import heic, jxl
from srq.image.depth import Pixels, to_depth
from srq.image.gif import LONGEST as GIF_LONGEST
from srq.image.gif import encode_gif
from srq.image.picture import Picture, fitting_profile
from srq.image.png import PngWriter, encode_png
from srq.image.tiff import TiffWriter, encode_tiff
from srq.image.xmp import JPEG_BYTES

EXIF_PREFIX = b"Exif\0\0"
_JPEG_EXIF_BYTES = 65533 - len(EXIF_PREFIX)  # what fits into one APP1 segment


@dataclass(frozen=True)
class Format:
    """What a file format can carry, and the writer of it."""

    name: str
    encode: Callable[[Picture, int, bool], bytes]
    longest: int  # the most pixels on a side
    deep: bool = False  # 16 bits a channel
    gray: bool = True
    alpha: bool = False
    gray_alpha: bool = True  # gray with alpha, if both of these
    metadata: bool = True  # a profile, EXIF and XMP
    needs: Callable[[], object] | None = None  # raises MissingDependencyError without its extra
    writer: type[PngWriter] | type[TiffWriter] | None = None  # for rows as they come

    @property
    def takes_rows(self) -> bool:
        """Whether ``encode_rows`` writes rows as they come, and keeps none."""
        return self.writer is not None


def encode(picture: Picture, suffix: str, *, quality: int = 95, lossless: bool = False) -> bytes:
    """The file of ``picture`` in the format that ``suffix`` (".png", ".jpg" ...) names.

    ``quality`` (1 to 100) is for the lossy formats; ``lossless`` is for WebP. What a
    format cannot carry is converted or left out as docs/reference/image.md says, but for
    transparency: ImageError tells of that, and of an unknown suffix, a wrong quality and a
    picture too large for the format. MissingDependencyError names the extra that writes it.
    """
    transparent = picture.is_transparent
    target = check_target(suffix, picture.size, transparent=transparent, quality=quality)
    return target.encode(fitted(picture, target), quality, lossless)


def encode_rows(
    rows: Iterator[NDArray[Any]],
    like: Picture,
    size: tuple[int, int],
    suffix: str,
    stream: BinaryIO,
    *,
    quality: int = 95,
) -> None:
    """Write to ``stream`` the file of a picture whose rows come from above to below.

    ``rows`` are as ``Picture.channels`` has them, any number at a time; all else that the
    picture carries is that of ``like``, whose kind and depth it has. PNG and TIFF keep no row;
    other formats need the whole. ``stream`` must be a file. Raises as ``encode`` does.
    """
    target = check_target(suffix, size, transparent=like.is_transparent, quality=quality)
    if target.writer is None:
        channels = np.concatenate(list(rows))
        pixels, alpha = channels, None
        if like.alpha is not None:
            pixels, alpha = np.squeeze(channels[..., :-1]), channels[..., -1]
        whole = replace(like, pixels=pixels.reshape(size + like.pixels.shape[2:]), alpha=alpha)
        stream.write(target.encode(fitted(whole, target), quality, False))
        return
    count = (1 if like.is_gray else 3) + (like.alpha is not None)
    bits = 8 * like.pixels.itemsize
    icc = fitting_profile(like.icc, like.is_gray)
    writer = target.writer(stream, size, count, bits, icc, like.exif, like.xmp)
    for some in rows:
        writer.write(some)
    writer.finish()


def check_target(
    suffix: str, size: tuple[int, int], *, transparent: bool = False, quality: int = 95
) -> Format:
    """The format of ``suffix``, if a picture of this height and width can be written in it.

    ``transparent``: whether alpha is anywhere less than full. Raises ImageError as ``encode``
    does, so that long work need not be done before it.
    """
    target = FORMATS.get(suffix.lower())
    if target is None:
        known = ", ".join(FORMATS)
        raise ImageError(f"Cannot write a picture as {suffix!r}; end the name in one of {known}.")
    if not 1 <= quality <= 100:
        raise ImageError(f"The quality of a picture must be from 1 to 100, not {quality}.")
    if target.needs is not None:
        target.needs()
    height, width = size
    if max(height, width) > target.longest:
        raise ImageError(
            f"{target.name} pictures can be at most {target.longest} pixels wide and high, but "
            f"this one is {width} x {height}; write PNG or TIFF."
        )
    if transparent and not target.alpha:
        raise ImageError(
            f"{target.name} cannot carry transparency; write PNG, WebP or TIFF, or lay the "
            f"picture over a background first."
        )
    return target


def blank(target: Format, shape: tuple[int, ...], dtype: DTypeLike) -> Pixels:
    """An array for all pixels, (H, W) or (H, W, 3), that ``encode`` is to write as ``target``.

    8-bit RGB for a JPEG stands in fours, as Pillow holds it: then it is not copied.
    """
    if target is _JPEG and len(shape) == 3 and dtype == np.uint8:
        return np.empty((*shape[:2], 4), np.uint8)[..., :3]
    return np.empty(shape, dtype)


def fitted(picture: Picture, target: Format) -> Picture:
    """``picture`` with only what ``target`` can carry."""
    pixels, alpha = picture.pixels, picture.alpha
    if not target.alpha:
        alpha = None
    if not target.deep:
        pixels = to_depth(pixels, np.uint8)
        alpha = None if alpha is None else to_depth(alpha, np.uint8)
    if pixels.ndim == 2 and not (target.gray and (alpha is None or target.gray_alpha)):
        pixels = np.dstack([pixels] * 3)
    icc = fitting_profile(picture.icc, pixels.ndim == 2) if target.metadata else None
    exif = picture.exif if target.metadata else None
    xmp = picture.xmp if target.metadata else None
    return replace(picture, pixels=pixels, alpha=alpha, icc=icc, exif=exif, xmp=xmp)


def _png(picture: Picture, quality: int, lossless: bool) -> bytes:
    return encode_png(picture)


def _jpeg(picture: Picture, quality: int, lossless: bool) -> bytes:
    if len(picture.exif or b"") > _JPEG_EXIF_BYTES:
        raise ImageError(
            f"JPEG can carry {_JPEG_EXIF_BYTES} bytes of EXIF, but this picture has "
            f"{len(picture.exif or b'')}; write PNG, WebP or TIFF."
        )
    if len(picture.xmp or b"") > JPEG_BYTES:
        picture = replace(picture, xmp=None)
    # Colour at full resolution: what was made sharp should stay so.
    image = _image_of(picture.channels())
    return _pillow(picture, "JPEG", image, quality=quality, subsampling="4:4:4")


def _image_of(channels: NDArray[Any]) -> Image.Image:
    """``channels`` as a JPEG is written from; those of ``blank`` are not copied."""
    fours = channels.base
    if (
        isinstance(fours, np.ndarray)
        and fours.flags.c_contiguous
        and fours.shape == (*channels.shape[:2], 4)
        and channels.shape[2:] == (3,)
        and channels.strides == fours.strides
        and channels.ctypes.data == fours.ctypes.data
        and fours.dtype == np.uint8
    ):
        height, width = channels.shape[:2]
        return Image.frombuffer("RGBX", (width, height), fours, "raw", "RGBX", 0, 1)
    return Image.fromarray(channels)


def _webp(picture: Picture, quality: int, lossless: bool) -> bytes:
    # `exact` keeps the colours under clear pixels, without which nothing would be lossless.
    return _pillow(picture, "WEBP", quality=quality, lossless=lossless, exact=True)


def _tiff(picture: Picture, quality: int, lossless: bool) -> bytes:
    return encode_tiff(picture)


def _bmp(picture: Picture, quality: int, lossless: bool) -> bytes:
    return _pillow(picture, "BMP")


def _gif(picture: Picture, quality: int, lossless: bool) -> bytes:
    return encode_gif(picture)


def _avif(picture: Picture, quality: int, lossless: bool) -> bytes:
    subsampling = "4:0:0" if picture.is_gray and picture.alpha is None else "4:4:4"
    return _pillow(picture, "AVIF", quality=quality, subsampling=subsampling)


def _heic(picture: Picture, quality: int, lossless: bool) -> bytes:
    try:
        return heic.encode(picture, quality)
    except (OSError, RuntimeError, ValueError) as error:
        raise ImageError(f"Cannot write the picture as HEIC: {error}.") from error


def _jxl(picture: Picture, quality: int, lossless: bool) -> bytes:
    try:
        return jxl.encode(picture)
    except (OSError, RuntimeError, ValueError) as error:
        raise ImageError(f"Cannot write the picture as JPEG XL: {error}.") from error


def _pillow(
    picture: Picture, format_name: str, image: Image.Image | None = None, **options: Any
) -> bytes:
    if picture.icc is not None:
        options["icc_profile"] = picture.icc
    if picture.exif is not None:
        options["exif"] = EXIF_PREFIX + picture.exif
    if picture.xmp is not None:
        options["xmp"] = picture.xmp
    stream = io.BytesIO()
    try:
        image = image or Image.fromarray(picture.channels())
        image.save(stream, format_name, **options)
    except (OSError, ValueError) as error:
        raise ImageError(f"Cannot write the picture as {format_name}: {error}.") from error
    return stream.getvalue()


_PNG = Format("PNG", _png, longest=2**31 - 1, deep=True, alpha=True, writer=PngWriter)
_JPEG = Format("JPEG", _jpeg, longest=65500)
_WEBP = Format("WebP", _webp, longest=16383, gray=False, alpha=True)
_TIFF = Format("TIFF", _tiff, longest=2**31 - 1, deep=True, alpha=True, writer=TiffWriter)
_BMP = Format("BMP", _bmp, longest=2**31 - 1, metadata=False)
_GIF = Format("GIF", _gif, longest=GIF_LONGEST, gray=False, alpha=True, metadata=False)
_AVIF = Format("AVIF", _avif, longest=65536, alpha=True, gray_alpha=False)
_HEIC = Format(
    "HEIC", _heic, longest=16384, deep=True, alpha=True, gray_alpha=False, needs=heic.package
)
_JXL = Format("JPEG XL", _jxl, longest=2**18, alpha=True, gray_alpha=False, needs=jxl.package)

FORMATS = {
    ".png": _PNG,
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".jpe": _JPEG,
    ".jfif": _JPEG,
    ".webp": _WEBP,
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".bmp": _BMP,
    ".apng": _PNG,
    ".gif": _GIF,
    ".avif": _AVIF,
    ".heic": _HEIC,
    ".heif": _HEIC,
    ".hif": _HEIC,
    ".jxl": _JXL,
}
