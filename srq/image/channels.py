"""The channels of a picture that Pillow has opened: 8 bits, and the 16 that it cannot give."""

import io
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from srq.image.exif import turn
from srq.image.picture import Picture, fitting_profile

_STRIP_PIXELS = 1 << 16  # whose copies stay in the processor's cache
_BITS_PER_SAMPLE = 0x0102

# What to turn Pillow's 8-bit modes into.
_PLAIN = {
    "1": "L", "L": "L", "LA": "LA", "La": "LA", "P": "RGB", "PA": "RGBA", "RGB": "RGB",
    "RGBA": "RGBA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "CMYK": "RGB",
}  # fmt: skip
_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}

Reopen = Callable[[], ImageFile.ImageFile]
"""Opens the file, or its page, once more: Pillow loads an image only once."""


def channels8(image: Image.Image, mode: str | None = None) -> tuple[NDArray[np.uint8], bool]:
    """The 8-bit channels of any image, and whether alpha is the last of them.

    They are gray or RGB, as the image is, or those of the ``mode`` L, LA, RGB or RGBA.
    """
    image.load()
    if image.mode == "CMYK":
        image = _cmyk_to_srgb(image)
    if mode is None:
        mode = _PLAIN[image.mode]
        if "transparency" in image.info:
            mode = _WITH_ALPHA.get(mode, mode)
    return _strips(image, mode), mode in ("LA", "RGBA")


def _strips(image: Image.Image, mode: str) -> NDArray[np.uint8]:
    """The channels of ``image`` in ``mode``, strip by strip: Pillow copies a whole one twice."""
    width, height = image.size
    made: NDArray[np.uint8] | None = None
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        cut = image.crop((0, top, width, bottom))
        strip = np.asarray(cut if cut.mode == mode else cut.convert(mode))
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


def channels16(image: ImageFile.ImageFile, reopen: Reopen) -> tuple[NDArray[np.uint16], bool]:
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
        pairs = _unpacked(reopen, "RGBA")
        return _joined(pairs[..., 0::2], pairs[..., 1::2]), True
    layout, order = rawmode[:-1].replace("a", "A"), rawmode[-1]
    if order == "N":
        order = "L" if sys.byteorder == "little" else "B"
    other = "L" if order == "B" else "B"
    channels = _joined(_unpacked(reopen, layout + order), _unpacked(reopen, layout + other))
    if rawmode.startswith("RGBa"):
        channels = _unpremultiplied(channels)
    if image.mode == "RGB" and transparency is not None:
        return np.dstack([channels, _keyed((channels == transparency).all(axis=2))]), True
    return channels, image.mode == "RGBA"


def _unpacked(reopen: Reopen, rawmode: str) -> NDArray[np.uint8]:
    """The 8-bit channels that Pillow makes of a file whose samples it takes for ``rawmode``."""
    image = reopen()
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


def check_pixels(width: int, height: int) -> None:
    """Raise Image.DecompressionBombError where Pillow would, for what other packages decode."""
    if Image.MAX_IMAGE_PIXELS is not None and width * height > 2 * Image.MAX_IMAGE_PIXELS:
        raise Image.DecompressionBombError


def is_deep(image: ImageFile.ImageFile) -> bool:
    """Whether a file that is not loaded yet has 16-bit channels."""
    if isinstance(image, TiffImageFile):
        return 16 in image.tag_v2.get(_BITS_PER_SAMPLE, ())
    return image.format == "PNG" and ";16" in _rawmode(image)


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


def picture_of(
    channels: NDArray[Any], has_alpha: bool, icc: Any, exif: bytes | None, orientation: int = 1
) -> Picture:
    """Channels (H, W) or (H, W, n) and what else a file has, as an upright Picture."""
    channels = turn(channels, orientation)
    alpha = None
    if has_alpha:
        alpha = np.ascontiguousarray(channels[..., -1])
        channels = channels[..., :-1]
    if channels.ndim == 3 and channels.shape[2] == 1:
        channels = channels[..., 0]
    icc = fitting_profile(icc, channels.ndim == 2) if isinstance(icc, bytes) else None
    return Picture(np.ascontiguousarray(channels), alpha, icc, exif)
