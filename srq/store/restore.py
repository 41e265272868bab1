"""The stored form -> what a user downloads."""

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from srq.errors import DataError
from srq.image.picture import Picture
from srq.store.codecs import CODECS, jpeg_of
from srq.store.form import JPEG_IN_JXL, ORIGINAL, RESAMPLER, Form
from srq.store.lanczos import enlarged
from srq.upscaling.enlarge import enlarge
from srq.upscaling.fingerprints import Engine

Engines = Callable[[str], Engine]
"""The engine of the Program of a fingerprint."""


def restore_file(data: bytes, form: Form) -> bytes:
    """The file that came, of a form that keeps it whole; DataError if it is not that any more."""
    made = jpeg_of(data) if form.kind == JPEG_IN_JXL else data
    if hashlib.sha256(made).hexdigest() != form.restored:
        raise DataError("The stored file is not what was stored; take it from a copy.")
    return made


def keeps_file(form: Form) -> bool:
    """Whether the very file that came comes back; else a picture that was measured does."""
    return form.kind in (ORIGINAL, JPEG_IN_JXL)


def restore_picture(data: bytes, form: Form, engines: Engines) -> Picture:
    """The picture of a form of "pixels", with its EXIF, XMP and profile.

    DataError where its pixels are not those that were measured.
    """
    pixels = restored_pixels(data, form, engines)
    if digest(pixels) != form.restored:
        raise DataError(
            "The restored pixels are not those that were measured: the stored file is damaged, or a"
            " decoder gives other pixels now."
        )
    return Picture(pixels, None, form.icc, form.exif, xmp=form.xmp)


def restored_pixels(data: bytes, form: Form, engines: Engines) -> NDArray[np.uint8]:
    """The RGB pixels that the stored file gives, whether or not they are those of the record."""
    if form.resampler != RESAMPLER:
        raise DataError(
            f"This srq has resampler {RESAMPLER}, not {form.resampler}; use a newer srq."
        )
    codec = CODECS.get(form.codec or "")
    if codec is None:
        raise DataError(f"There is no codec '{form.codec}'; use a newer srq.")
    try:
        pixels = np.ascontiguousarray(codec.decode(data))
    except Exception as error:  # Decoders meet damage with errors of almost every type.
        raise DataError("The stored file is damaged; take it from a copy.") from error
    return enlarged_pixels(pixels, form.scale, form.size, form.program, engines)


def enlarged_pixels(
    pixels: NDArray[np.uint8],
    scale: int,
    size: tuple[int, int],
    program: str | None,
    engines: Engines,
) -> NDArray[np.uint8]:
    """``pixels`` at ``scale`` times their sides, cut to ``size``."""
    if scale > 1 and program is None:
        pixels = enlarged(pixels, scale)
    elif scale > 1:
        pixels = enlarge(Picture(pixels), engines(program or "")).pixels
    return np.ascontiguousarray(pixels[: size[0], : size[1]])


def digest(pixels: NDArray[np.uint8]) -> str:
    """The SHA-256 of RGB pixels as a record has it."""
    size = np.array(pixels.shape[:2], "<u4").tobytes()
    return hashlib.sha256(size + np.ascontiguousarray(pixels).tobytes()).hexdigest()
