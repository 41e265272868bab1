"""The bytes of a picture file -> Picture."""

import io
import logging
import sys
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from srq.errors import ImageError
from srq.image.coding import Coding, coding_of
from srq.image.exif import turn, upright
from srq.image.picture import Picture, fitting_profile
from srq.image.tiff import decode_tiff16, tiff_exif

# What Pillow and tifffile log about damaged files, the error tells better.
for _name in ("PIL", "tifffile"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
_STRIP_PIXELS = 1 << 20
_BITS_PER_SAMPLE, _PLANAR_CONFIGURATION = 0x0102, 0x011C
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# What to turn Pillow's 8-bit modes into.
_PLAIN = {
    "1": "L", "L": "L", "LA": "LA", "La": "LA", "P": "RGB", "PA": "RGBA", "RGB": "RGB",
    "RGBA": "RGBA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "CMYK": "RGB",
}  # fmt: skip
_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}
_OTHER_KINDS = {"F": "floating-point", "I": "32-bit integer", "LAB": "CIE L*a*b*"}


def decode(data: bytes, name: str) -> Picture:
    """The picture in the bytes ``data`` of a PNG, JPEG, WebP, TIFF or BMP file.

    Raises ImageError, calling it ``name``, if they are none of these, damaged, larger than
    Pillow allows (2 * PIL.Image.MAX_IMAGE_PIXELS, 179 million pixels unless changed), of a kind
    of pixel that srq does not read, or several pictures.
    """
    if not data:
        raise ImageError(f"Cannot read {name}: the file is empty.")
    with warnings.catch_warnings():
        # Pillow and tifffile warn of oddities that do not touch the pixels.
        warnings.simplefilter("ignore")
        try:
            return _decode(data)
        except _NotReadError as error:
            raise ImageError(f"Cannot read {name}: {error}.") from error
        except UnidentifiedImageError as error:
            raise ImageError(
                f"Cannot read {name}: it is not a whole PNG, JPEG, WebP, TIFF or BMP picture."
            ) from error
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
            raise ImageError(
                f"Cannot read {name}: the file is damaged or cut short; get a whole copy of it."
            ) from error


class _NotReadError(Exception):
    """A sound file with a kind of picture that srq does not read; says which."""


def _decode(data: bytes) -> Picture:
    try:
        image = _opened(data)
    except UnidentifiedImageError:
        if not data.startswith(_TIFF_STARTS):
            raise
        return _decode_tiff16(data)
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # An MPO is a JPEG photo with previews after it.
        raise _NotReadError(f"it holds {frames} pictures, and srq reads files of one; split it")
    if image.mode in _OTHER_KINDS:
        kind = _OTHER_KINDS[image.mode]
        raise _NotReadError(f"its pixels are {kind}; convert it to 8 or 16 bits an RGB channel")
    if _is_deep(image) and image.mode != "CMYK":
        if isinstance(image, TiffImageFile) and image.tag_v2.get(_PLANAR_CONFIGURATION, 1) != 1:
            return _decode_tiff16(data)  # Pillow would take the channels for 8-bit ones.
        channels, alpha = _channels16(data, image)
    else:
        channels, alpha = _channels8(image)
    icc = image.info.get("icc_profile")
    if image.mode == "CMYK":
        icc = None
    if image.format == "TIFF":
        picture = _picture(channels, alpha, icc, tiff_exif(data), 1)  # Pillow turned it upright.
    else:
        picture = _picture(channels, alpha, icc, *upright(_exif(image)))
    return replace(picture, coding=coding_of(image, data))


def _opened(data: bytes) -> ImageFile.ImageFile:
    return Image.open(io.BytesIO(data), formats=_FORMATS)


def _channels8(image: ImageFile.ImageFile) -> tuple[NDArray[np.uint8], bool]:
    """The 8-bit gray or RGB channels of any image, and whether alpha is the last of them."""
    image.load()
    mode = _PLAIN[image.mode]
    if "transparency" in image.info:
        mode = _WITH_ALPHA.get(mode, mode)
    if image.mode == "CMYK":
        return np.asarray(_cmyk_to_srgb(image)), False
    return _strips(image, mode), mode in ("LA", "RGBA")


def _strips(image: Image.Image, mode: str) -> NDArray[np.uint8]:
    """The channels of ``image`` in ``mode``, strip by strip: Pillow copies a whole one twice."""
    width, height = image.size
    made: NDArray[np.uint8] | None = None
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        strip = np.asarray(image.crop((0, top, width, bottom)).convert(mode))
        if made is None:
            made = np.empty((height, *strip.shape[1:]), np.uint8)
        made[top:bottom] = strip
    assert made is not None
    return made


def _cmyk_to_srgb(image: Image.Image) -> Image.Image:
    """``image`` in sRGB by its profile, or as Pillow converts inks if there is no usable one."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(image.info.get("icc_profile", b"")))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(
            image,
            source,
            target,
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError):
        converted = None
    return image.convert("RGB") if converted is None else converted


def _channels16(data: bytes, image: ImageFile.ImageFile) -> tuple[NDArray[np.uint16], bool]:
    """The 16-bit channels of a PNG or TIFF file, and whether alpha is the last of them.

    Pillow has no 16-bit colour. But it unpacks 16-bit samples of either byte order into 8-bit
    ones by leaving the lower byte out, so that read once in each order both bytes are found.
    """
    transparency = image.info.get("transparency")
    rawmode = _rawmode(image)
    if image.mode.startswith("I;16"):
        channels = np.asarray(image).astype(np.uint16)
        if transparency is None:
            return channels, False
        return np.dstack([channels, _keyed(channels == transparency)]), True
    if rawmode == "LA;16B":
        # The four bytes of a gray sample and its alpha are as many as those of an RGBA pixel.
        pairs = _unpacked(data, "RGBA")
        return _joined(pairs[..., 0::2], pairs[..., 1::2]), True
    layout, order = rawmode[:-1].replace("a", "A"), rawmode[-1]
    if order == "N":
        order = "L" if sys.byteorder == "little" else "B"
    other = "L" if order == "B" else "B"
    channels = _joined(_unpacked(data, layout + order), _unpacked(data, layout + other))
    if rawmode.startswith("RGBa"):
        channels = _unpremultiplied(channels)
    if image.mode == "RGB" and transparency is not None:
        return np.dstack([channels, _keyed((channels == transparency).all(axis=2))]), True
    return channels, image.mode == "RGBA"


def _unpacked(data: bytes, rawmode: str) -> NDArray[np.uint8]:
    """The 8-bit channels that Pillow makes of a file whose samples it takes for ``rawmode``."""
    image = _opened(data)
    image.tile = [
        tile._replace(args=(rawmode, *tile.args[1:]) if isinstance(tile.args, tuple) else rawmode)
        for tile in image.tile
    ]
    image.load()
    return _strips(image, image.mode)


def _joined(high: NDArray[np.uint8], low: NDArray[np.uint8]) -> NDArray[np.uint16]:
    joined = high.astype(np.uint16)
    joined *= 256
    joined += low
    return joined


def _is_deep(image: ImageFile.ImageFile) -> bool:
    if isinstance(image, TiffImageFile):
        return 16 in image.tag_v2.get(_BITS_PER_SAMPLE, ())
    return ";16" in _rawmode(image)


def _rawmode(image: ImageFile.ImageFile) -> str:
    """How the file packs its samples, in Pillow's words, such as "RGB;16B"."""
    args = image.tile[0].args if image.tile else None
    return str(args[0] if isinstance(args, tuple) and args else args)


def _keyed(is_clear: NDArray[np.bool_]) -> NDArray[np.uint16]:
    return np.where(is_clear, 0, 65535).astype(np.uint16)


def _unpremultiplied(channels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """RGBA whose colours were multiplied by alpha, with the colours as they were."""
    colours, alpha = channels[..., :3].astype(np.uint32), channels[..., 3:].astype(np.uint32)
    colours = np.minimum((colours * 65535 + alpha // 2) // np.maximum(alpha, 1), 65535)
    return np.dstack([colours.astype(np.uint16), channels[..., 3]])


def _decode_tiff16(data: bytes) -> Picture:
    found = decode_tiff16(data)
    if found is None:
        raise _NotReadError("srq does not read this kind of TIFF; save it as 8- or 16-bit RGB")
    channels, alpha, icc, orientation = found
    picture = _picture(channels, alpha, icc, tiff_exif(data), orientation)
    return replace(picture, coding=Coding("TIFF", False))


def _exif(image: Image.Image) -> bytes | None:
    """The EXIF block, from wherever a loaded PNG, JPEG, WebP or BMP file has it."""
    exif = image.info.get("exif")
    if isinstance(exif, bytes):
        return exif
    try:
        tags = image.getexif()
        return tags.tobytes() if len(tags) else None
    except Exception:  # As in tiff_exif: damaged EXIF is no reason to refuse the picture.
        return None


def _picture(
    channels: NDArray[Any], has_alpha: bool, icc: Any, exif: bytes | None, orientation: int
) -> Picture:
    channels = turn(channels, orientation)
    alpha = None
    if has_alpha:
        alpha = np.ascontiguousarray(channels[..., -1])
        channels = channels[..., :-1]
    if channels.ndim == 3 and channels.shape[2] == 1:
        channels = channels[..., 0]
    icc = fitting_profile(icc, channels.ndim == 2) if isinstance(icc, bytes) else None
    return Picture(np.ascontiguousarray(channels), alpha, icc, exif)
