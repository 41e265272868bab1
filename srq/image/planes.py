"""Planes of float32 samples: to light and back, resampled by given weights, and convolved.

A plane is (H, W, C) with one or three channels. Its samples are light where a filter must act on
light rather than on code values: ``(code / 255) ** gamma``. Sums are taken in float32, tap after
tap, so that the compiled form and NumPy's give the same bytes on every machine.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.image import native

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Taps:
    """What each output sample along an axis is made of.

    Output sample ``x`` weighs ``count[x]`` source samples from ``first[x]`` on by
    ``weights[x, :count[x]]``.
    """

    first: NDArray[np.int32]
    count: NDArray[np.int32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.first)


def plane_of(codes: NDArray[Any]) -> Plane:
    """The code values of (H, W) or (H, W, C), as they are, as a plane."""
    return np.ascontiguousarray(codes.reshape(*codes.shape[:2], -1), np.float32)


def to_light(picture: NDArray[Any], gamma: float) -> Plane:
    """``value ** gamma`` of a picture (H, W) or (H, W, C), its values clipped to 0..1 first.

    ``gamma`` is at most 2.5. A float32 picture holds the values; uint8 and float64 ones hold code
    values, which are divided by 255.
    """
    flat = np.ascontiguousarray(picture).ravel()
    light = np.empty(flat.shape, np.float32)
    if flat.dtype == np.uint8:
        table = _light_of_codes(gamma)
        if native.pixels is not None:
            native.pixels.look_up(flat, table, light)
        else:
            np.take(table, flat, out=light)
    elif flat.dtype == np.float32:
        _raise(flat, gamma, light)
    elif native.pixels is not None:
        native.pixels.powers_of_codes(flat, gamma, light)
    else:
        _raise((flat / 255.0).astype(np.float32), gamma, light)
    return light.reshape(*picture.shape[:2], -1)


def from_light(light: Plane, gamma: float) -> Plane:
    """``light ** (1 / gamma)``, from 0 to 1, of a plane that is clipped to 0..1 first."""
    flat = np.ascontiguousarray(light).ravel()
    values = np.empty(flat.shape, np.float32)
    _raise(flat, float(np.float32(1) / np.float32(gamma)), values)
    return values.reshape(light.shape)


def codes_of_light(light: Plane, gamma: float) -> NDArray[np.uint8]:
    """255 times ``from_light``, truncated: uint8."""
    exponent = float(np.float32(1) / np.float32(gamma))
    if native.pixels is None:
        return (from_light(light, gamma) * np.float32(255)).astype(np.uint8)
    flat = np.ascontiguousarray(light).ravel()
    codes = np.empty(flat.shape, np.uint8)
    native.pixels.truncated_powers(flat, exponent, codes)
    return codes.reshape(light.shape)


def codes_plus(
    codes: NDArray[np.uint8],
    draws: NDArray[np.uint16],
    table: NDArray[np.float32],
    scale: float,
) -> NDArray[np.uint8]:
    """``codes + scale * table[draws]``, clipped to 0..255 and truncated: uint8.

    ``draws`` are of the shape of ``codes``; ``table`` has 65,536 values.
    """
    if native.pixels is None:
        sums = codes.astype(np.float32) + table[draws] * np.float32(scale)
        return np.clip(sums, 0, 255).astype(np.uint8)
    made = np.empty(codes.shape, np.uint8)
    flat = np.ascontiguousarray(codes).reshape(-1)
    native.pixels.truncated_sums(
        flat, np.ascontiguousarray(draws).reshape(-1), table, scale, made.reshape(-1)
    )
    return made


def resample(plane: Plane, vertical: Taps, horizontal: Taps) -> Plane:
    """``plane`` weighed across to ``len(horizontal)`` columns, then down to ``len(vertical)``."""
    plane = np.ascontiguousarray(plane)
    height, width, channels = plane.shape
    if native.pixels is not None:
        out = np.empty((len(vertical), len(horizontal), channels), np.float32)
        down = (vertical.first, vertical.count, vertical.weights)
        across = (horizontal.first, horizontal.count, horizontal.weights)
        native.pixels.resample(plane, down, across, out)
        return out
    columns = np.ascontiguousarray(plane.transpose(1, 0, 2)).reshape(width, -1)
    narrow = _weighed(columns, horizontal).reshape(len(horizontal), height, channels)
    rows = np.ascontiguousarray(narrow.transpose(1, 0, 2)).reshape(height, -1)
    return _weighed(rows, vertical).reshape(len(vertical), len(horizontal), channels)


def convolve(plane: Plane, kernel: NDArray[np.floating[Any]], border: str) -> Plane:
    """The sum of ``kernel[y, x]`` times the plane moved by (y, x), about the kernel's middle.

    The kernel has odd sides and is not turned round. ``border`` says what stands beyond the
    edges, as ``numpy.pad`` names it: "reflect", "symmetric", "edge" or "constant" (zeros).
    """
    kernel = np.ascontiguousarray(kernel, np.float32)
    high, wide = kernel.shape
    pads = ((high // 2, high // 2), (wide // 2, wide // 2), (0, 0))
    padded = np.pad(plane, pads, mode=border)  # pyright: ignore[reportCallIssue, reportArgumentType]
    height, width = plane.shape[:2]
    if native.pixels is not None:
        out = np.empty(plane.shape, np.float32)
        native.pixels.convolve(padded, kernel, out)
        return out
    out = np.zeros(plane.shape, np.float32)
    for y, x in np.ndindex(high, wide):
        out += padded[y : y + height, x : x + width] * kernel[y, x]
    return out


def _weighed(rows: NDArray[np.float32], taps: Taps) -> NDArray[np.float32]:
    out = np.zeros((len(taps), rows.shape[1]), np.float32)
    for made, first, count, weights in zip(out, taps.first, taps.count, taps.weights, strict=True):
        for row, weight in zip(rows[first : first + count], weights[:count], strict=True):
            made += row * weight
    return out


@lru_cache(maxsize=16)
def _light_of_codes(gamma: float) -> Plane:
    table = np.empty(256, np.float32)
    _raise(np.arange(256, dtype=np.float32) / np.float32(255), gamma, table)
    return table


def _raise(values: NDArray[np.float32], exponent: float, out: NDArray[np.float32]) -> None:
    """Each value, clipped to 0..1, to the power ``exponent``; for 1/2, 1 and 2 it is exact."""
    if exponent in (0.5, 1, 2):
        np.clip(values, 0, 1, out=out)
        if exponent == 2:
            np.multiply(out, out, out=out)
        elif exponent != 1:
            np.sqrt(out, out=out)
    elif native.pixels is not None:
        native.pixels.powers(values, exponent, out)
    else:
        out[...] = _power(np.clip(values, 0, 1), np.float32(exponent))


# NumPy's own power differs from machine to machine. This one is e ^ (exponent * log(base)) by the
# polynomials of the Cephes library in float32, as chainner_ext has it too.
_DARK = np.float32(1e-15)  # what is darker is 0
_SQRT_HALF = np.float32(0.707106781186547524)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LOG2_E = np.float32(1.44269504088896341)
_LOG = np.array(
    [
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    ],
    np.float32,
)
_EXP = np.array(
    [
        1.9875691500e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    ],
    np.float32,
)


def _power(base: NDArray[np.float32], exponent: np.float32) -> NDArray[np.float32]:
    """``base ** exponent`` for 0..1: ``power`` of native/src/planes_of.hpp, step by step."""
    y = _log(np.maximum(base, _DARK)) * exponent
    twos = np.floor(y * _LOG2_E + np.float32(0.5))
    r = (y - twos * _LN2_HIGH) - twos * _LN2_LOW
    exp = np.full_like(r, _EXP[0])
    for coefficient in _EXP[1:]:
        exp = exp * r + coefficient
    exp = (exp * (r * r) + r) + np.float32(1)
    made = np.minimum(np.ldexp(exp, twos.astype(np.int32)), np.float32(1))
    return np.where(base < _DARK, np.float32(0), made).astype(np.float32)


def _log(values: NDArray[np.float32]) -> NDArray[np.float32]:
    half, whole = np.frexp(values)
    small = half < _SQRT_HALF
    whole = whole.astype(np.float32) - small.astype(np.float32)
    x = (half - np.float32(1)) + np.where(small, half, np.float32(0))
    square = x * x
    log = np.full_like(x, _LOG[0])
    for coefficient in _LOG[1:]:
        log = log * x + coefficient
    log = log * x * square
    log = log + whole * _LN2_LOW
    log = log - square * np.float32(0.5)
    return ((x + log) + whole * _LN2_HIGH).astype(np.float32)
