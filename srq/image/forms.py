"""What a caller may hold a picture as, turned into a Picture and back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from srq.errors import ImageError
from srq.image.coding import coding_of
from srq.image.exif import with_size
from srq.image.picture import Picture

Restore = Callable[[Picture], Any]

_EXIF_PREFIX = b"Exif\0\0"
_PILLOW_MODES = {"L", "LA", "RGB", "RGBA", "I;16"}


def as_picture(image: Any) -> tuple[Picture, Restore]:
    """``image`` as a Picture, and what makes of a Picture the kind that ``image`` is.

    It may be a Picture; a NumPy array, uint8 or uint16, of gray (H, W), gray and alpha
    (H, W, 2), RGB (H, W, 3) or RGBA (H, W, 4); or a Pillow image (bilevel becomes gray, a
    palette RGB or RGBA). Raises ImageError for anything else.
    """
    if isinstance(image, Picture):
        return image, lambda picture: picture
    if isinstance(image, np.ndarray):
        return _from_channels(image), Picture.channels
    if isinstance(image, Image.Image):
        picture = replace(_from_channels(np.asarray(_plain(image))), coding=coding_of(image))
        return picture, lambda picture: _to_pillow(picture, image)
    raise ImageError(
        "A picture must be a NumPy array, a Pillow image or an srq Picture, not"
        f" {type(image).__name__}; read files with srq.image.io.read."
    )


def _from_channels(channels: np.ndarray) -> Picture:
    if channels.ndim == 2 or (channels.ndim == 3 and channels.shape[2] == 3):
        return Picture(channels)
    if channels.ndim == 3 and channels.shape[2] == 2:
        return Picture(channels[..., 0], channels[..., 1])
    if channels.ndim == 3 and channels.shape[2] == 4:
        return Picture(channels[..., :3], channels[..., 3])
    raise ImageError(
        "A picture must be (height, width), or (height, width, channels) with 2, 3"
        f" or 4 channels, but its shape is {channels.shape}."
    )


def _plain(image: Image.Image) -> Image.Image:
    """``image`` in a mode whose samples are the picture's channels."""
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode in ("L", "RGB") and image.has_transparency_data:
        return image.convert("LA" if image.mode == "L" else "RGBA")
    if image.mode not in _PILLOW_MODES:
        raise ImageError(
            f"A Pillow image of mode '{image.mode}' cannot be taken as it is; convert it to"
            " 'RGB' first."
        )
    return image


def _to_pillow(picture: Picture, source: Image.Image) -> Image.Image:
    """``picture`` as a Pillow image with the metadata of ``source``."""
    made = Image.fromarray(picture.channels())
    made.info = {key: value for key, value in source.info.items() if key != "transparency"}
    exif = source.info.get("exif")
    if isinstance(exif, bytes):
        block = with_size(exif.removeprefix(_EXIF_PREFIX), *picture.size)
        made.info["exif"] = _EXIF_PREFIX + block
    return made
