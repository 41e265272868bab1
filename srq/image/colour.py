"""RGB to luma and YCbCr and back: BT.601 and BT.709, studio and full range, 8 and 16 bit.

RGB is full range, 0 to 255 or 65535. Code values are those of the ITU recommendations: in
studio range, 8-bit Y runs from 16 to 235 and Cb, Cr from 16 to 240 around 128, and 16-bit
values are 256 times as large. In full range Y runs as RGB does, and Cb, Cr span as much around
128 or 32768, as in JPEG.
"""

from fractions import Fraction
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from srq.errors import ImageError
from srq.image import native
from srq.image.depth import Pixels, peak

Matrix = Literal["bt601", "bt709"]

# The weights of red, green and blue in luma, in units of 1/10000.
_UNIT = 10000
_WEIGHTS = {"bt601": (2990, 5870, 1140), "bt709": (2126, 7152, 722)}

# Pixels converted at a time, so that sums stay in the processor's cache.
_PIECE = 1 << 14


class _Codes(NamedTuple):
    """Where YCbCr code values lie: black, the span of Y, the centre and span of Cb and Cr."""

    black: int
    span: int
    centre: int
    chroma_span: int


class LumaNumbers(NamedTuple):
    """Luma in whole numbers: (weights . RGB + denominator // 2) // denominator + black."""

    weights: tuple[int, int, int]
    denominator: int
    black: int


def luma_numbers(
    depth: DTypeLike, *, matrix: Matrix = "bt601", full_range: bool = False
) -> LumaNumbers:
    """The numbers that make luma of pictures of type ``depth``."""
    weights, top = _weights(matrix), peak(depth)
    codes = _codes(top, full_range)
    # Y = black + sum(weight * channel) * span / (_UNIT * top), the fraction in lowest terms.
    gain = Fraction(codes.span, _UNIT * top)
    red, green, blue = (weight * gain.numerator for weight in weights)
    return LumaNumbers((red, green, blue), gain.denominator, codes.black)


def luma(
    rgb: Pixels, *, matrix: Matrix = "bt601", full_range: bool = False, threads: int = 1
) -> Pixels:
    """The luma (H, W) of ``rgb`` (H, W, 3), uint8 or uint16, in the same type.

    It is the exact value rounded half up. The default, studio-range BT.601 of uint8, is the Y
    of MATLAB's ``rgb2ycbcr``, on which super-resolution is measured:
    16 + (65.481 R + 128.553 G + 24.966 B) / 255. Raises ImageError for another shape or type.
    """
    numbers = luma_numbers(rgb.dtype, matrix=matrix, full_range=full_range)
    flat = _flat(rgb)
    if native.pixels is None:
        return _luma(flat, numbers).reshape(rgb.shape[:2])
    out = np.empty(rgb.shape[:2], rgb.dtype)
    native.pixels.luma(np.ascontiguousarray(rgb), out, numbers, threads)
    return out


def _luma(flat: NDArray[Any], numbers: LumaNumbers) -> NDArray[Any]:
    """The luma (n) of RGB (n, 3), by NumPy."""
    weights, denominator, black = numbers
    most = peak(flat.dtype) * sum(weights) + denominator // 2
    carrier = np.uint32 if most < 2**32 else np.uint64
    out = np.empty(len(flat), flat.dtype)
    for start in range(0, len(flat), _PIECE):
        piece = flat[start : start + _PIECE].astype(carrier)
        total = piece[:, 0] * carrier(weights[0])
        for channel in (1, 2):
            total += piece[:, channel] * carrier(weights[channel])
        total += carrier(denominator // 2)
        out[start : start + _PIECE] = total // carrier(denominator) + carrier(black)
    return out


def rgb_to_ycbcr(
    rgb: Pixels, *, matrix: Matrix = "bt601", full_range: bool = False
) -> NDArray[np.float64]:
    """The Y, Cb, Cr code values (H, W, 3) of ``rgb`` (H, W, 3) uint8 or uint16, not rounded.

    Raises ImageError for another shape or type.
    """
    top = peak(rgb.dtype)
    codes = _codes(top, full_range)
    red, green, blue = (Fraction(weight, _UNIT) for weight in _weights(matrix))
    y, chroma = Fraction(codes.span, top), Fraction(codes.chroma_span, 2 * top)
    rows = (
        (y * red, y * green, y * blue),
        (-chroma * red / (1 - blue), -chroma * green / (1 - blue), chroma),
        (chroma, -chroma * green / (1 - red), -chroma * blue / (1 - red)),
    )
    return _transform(rgb, rows, (0, 0, 0), (codes.black, codes.centre, codes.centre))


def ycbcr_to_rgb(
    ycbcr: NDArray[Any],
    *,
    matrix: Matrix = "bt601",
    full_range: bool = False,
    depth: DTypeLike = np.uint8,
) -> NDArray[np.float64]:
    """RGB (H, W, 3) of the code values ``ycbcr`` (H, W, 3), those of pictures of type ``depth``.

    Neither rounded nor clipped: ``srq.image.depth.quantize`` does both. Raises ImageError for
    another shape, or a depth other than uint8 and uint16.
    """
    top = peak(depth)
    codes = _codes(top, full_range)
    red, green, blue = (Fraction(weight, _UNIT) for weight in _weights(matrix))
    y, chroma = Fraction(top, codes.span), Fraction(2 * top, codes.chroma_span)
    from_cb, from_cr = chroma * (1 - blue), chroma * (1 - red)
    rows = (
        (y, Fraction(0), from_cr),
        (y, -from_cb * blue / green, -from_cr * red / green),
        (y, from_cb, Fraction(0)),
    )
    return _transform(ycbcr, rows, (codes.black, codes.centre, codes.centre), (0, 0, 0))


def _weights(matrix: str) -> tuple[int, int, int]:
    if matrix not in _WEIGHTS:
        names = " or ".join(repr(name) for name in _WEIGHTS)
        raise ImageError(f"A colour matrix must be {names}, not {matrix!r}.")
    return _WEIGHTS[matrix]


def _codes(top: int, full_range: bool) -> _Codes:
    step = (top + 1) // 256
    if full_range:
        return _Codes(0, top, 128 * step, top)
    return _Codes(16 * step, 219 * step, 128 * step, 224 * step)


def _flat(colours: NDArray[Any]) -> NDArray[Any]:
    if colours.ndim != 3 or colours.shape[2] != 3:
        raise ImageError(
            f"A colour picture must be (height, width, 3), but its shape is {colours.shape}."
        )
    return colours.reshape(-1, 3)


def _transform(
    colours: NDArray[Any],
    rows: tuple[tuple[Fraction, ...], ...],
    before: tuple[int, ...],
    after: tuple[int, ...],
) -> NDArray[np.float64]:
    """``rows @ (colour - before) + after`` in float64, the terms added from left to right."""
    flat = _flat(colours)
    out = np.empty(flat.shape, np.float64)
    for start in range(0, len(flat), _PIECE):
        piece = flat[start : start + _PIECE].astype(np.float64) - before
        for number, row in enumerate(rows):
            total = piece[:, 0] * float(row[0])
            for channel in (1, 2):
                total += piece[:, channel] * float(row[channel])
            out[start : start + _PIECE, number] = total + after[number]
    return out.reshape(colours.shape)
