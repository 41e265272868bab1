"""HEIC, the photos of many phones: read and written by pillow-heif, an extra."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.errors import MissingDependencyError
from srq.image.channels import check_pixels, picture_of
from srq.image.coding import Coding
from srq.image.exif import upright
from srq.image.picture import Picture
from srq.image.xmp import xmp_of
from srq.registry import missing

GET = "pip install 'srq[heic]'"

_BITS = 10  # What phones show; the encoder's only other depth beyond 8 is 12.


def package() -> Any:
    """The package that reads and writes HEIC; MissingDependencyError where it is not installed."""
    try:
        import pillow_heif
    except ImportError as error:
        raise MissingDependencyError(missing("A HEIC picture", error, GET)) from error
    return pillow_heif


def decode(data: bytes) -> Picture:
    """The main picture of a HEIC file; raises whatever the decoder does.

    10 and 12 bits become 16. The file turns its picture upright itself, whatever EXIF says.
    """
    file = package().open_heif(data, convert_hdr_to_8bit=False, hdr_to_16bit=False)
    image = file[file.primary_index]
    check_pixels(*image.size)
    mode, _, bits = str(image.mode).partition(";")
    channels = np.asarray(image)
    if channels.ndim == 3 and channels.shape[2] == 1:
        channels = channels[..., 0]
    if bits and bits != "16":
        channels = _rescaled(channels, int(bits), 16)
    alpha = mode in ("LA", "RGBA", "La", "RGBa")
    if mode.endswith("a"):
        channels = _unpremultiplied(channels)
    exif, _ = upright(image.info.get("exif"))
    picture = picture_of(channels, alpha, image.info.get("icc_profile"), exif)
    bits = 8 * len(data) / (picture.size[0] * picture.size[1])
    return replace(picture, coding=Coding("HEIC", True, None, bits), xmp=xmp_of(image))


def encode(picture: Picture, quality: int) -> bytes:
    """The HEIC file of a picture as phones make and show them: 16 bits become 10, and colour is
    at half resolution.
    """
    channels = picture.channels()
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[np.atleast_3d(channels).shape[2]]
    options: dict[str, Any] = {"quality": quality, "chroma": 420}
    if channels.dtype == np.uint16:
        mode, options["bit_depth"] = f"{mode};{_BITS}", _BITS
        channels = _rescaled(channels, 16, _BITS)
    file = package().from_bytes(mode, picture.size[::-1], np.ascontiguousarray(channels).tobytes())
    if picture.exif is not None:
        options["exif"] = b"Exif\0\0" + picture.exif
    if picture.xmp is not None:
        options["xmp"] = picture.xmp
    if picture.icc is not None:
        file.info["icc_profile"], file.info["icc_profile_type"] = picture.icc, "prof"
    stream = io.BytesIO()
    file.save(stream, **options)
    return stream.getvalue()


def _rescaled(channels: NDArray[Any], bits: int, wanted: int) -> NDArray[np.uint16]:
    """Codes of ``bits`` bits at ``wanted`` bits, black and white kept, rounded half up."""
    old, new = 2**bits - 1, 2**wanted - 1
    return ((channels.astype(np.uint32) * new + old // 2) // old).astype(np.uint16)


def _unpremultiplied(channels: NDArray[Any]) -> NDArray[Any]:
    """Colours that were multiplied by alpha, as they were."""
    top = int(np.iinfo(channels.dtype).max)
    colours, alpha = channels[..., :-1].astype(np.uint64), channels[..., -1:].astype(np.uint64)
    colours = np.minimum((colours * top + alpha // 2) // np.maximum(alpha, 1), top)
    return np.dstack([colours.astype(channels.dtype), channels[..., -1]])
