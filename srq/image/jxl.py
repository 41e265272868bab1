"""JPEG XL: read and written by pylibjxl, an extra, in 8 bits."""

from dataclasses import replace
from typing import Any

import numpy as np

from srq.errors import MissingDependencyError
from srq.image.channels import check_pixels, picture_of
from srq.image.coding import Coding
from srq.image.exif import upright
from srq.image.picture import Picture
from srq.image.xmp import upright_xmp
from srq.registry import missing

GET = "pip install 'srq[jxl]'"


def package() -> Any:
    """The package that reads and writes JPEG XL; MissingDependencyError without it."""
    try:
        import pylibjxl
    except ImportError as error:
        raise MissingDependencyError(missing("A JPEG XL picture", error, GET)) from error
    return pylibjxl


def decode(data: bytes) -> Picture:
    """The picture of a JPEG XL file, 8 bits whatever the file has; raises as the decoder does.

    The file turns its picture upright itself, whatever EXIF says.
    """
    pylibjxl = package()
    facts = pylibjxl.probe(data)
    check_pixels(facts["width"], facts["height"])
    if facts["have_animation"]:
        raise NotImplementedError("animations in JPEG XL are not supported")
    channels, notes = pylibjxl.decode(data, metadata=True)
    alpha = channels.ndim == 3 and channels.shape[2] in (2, 4)
    if alpha and facts["color_channels"] == 1:
        channels = channels[..., [0, -1]]
    exif, _ = upright(notes.get("exif"))
    picture = picture_of(np.asarray(channels), alpha, notes.get("icc"), exif)
    bits = 8 * len(data) / (facts["width"] * facts["height"])
    xmp = upright_xmp(notes.get("xmp"))
    return replace(picture, coding=Coding("JPEG XL", True, None, bits), xmp=xmp)


def encode(picture: Picture) -> bytes:
    """The JPEG XL file of an 8-bit picture that is gray, RGB or RGBA, without loss.

    With loss, pylibjxl 0.5 keeps libjxl from changing the colour space, and files are far larger
    than those of libjxl's own tool at the same error.
    """
    return package().encode(
        np.ascontiguousarray(picture.channels()),
        lossless=True,
        exif=picture.exif,
        xmp=picture.xmp,
        icc=picture.icc,
    )
