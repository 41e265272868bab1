"""Planes of float32 samples: to light and back, resampled by given weights, and convolved.

A plane is (H, W, C) with one or three channels. Its samples are light where a filter must act on
light rather than on code values: ``(codes / 255) ** gamma``. Sums are taken in float32, tap after
tap, so that the compiled form and NumPy's give the same bytes on every machine.
"""

import math
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


def to_light(codes: NDArray[Any], gamma: float) -> Plane:
    """``(codes / 255) ** gamma`` of uint8 or float64 code values (H, W) or (H, W, C).

    Floats are clipped to 0..255 first.
    """
    flat = np.ascontiguousarray(codes).ravel()
    light = np.empty(flat.shape, np.float32)
    if flat.dtype == np.uint8:
        table = _light_of_codes(gamma)
        if native.pixels is not None:
            native.pixels.look_up(flat, table, light)
        else:
            np.take(table, flat, out=light)
    elif native.pixels is not None:
        native.pixels.to_light(flat.astype(np.float64, copy=False), gamma, light)
    else:
        light[...] = _power(np.clip(flat / 255.0, 0, 1), gamma)
    return light.reshape(*codes.shape[:2], -1)


def from_light(light: Plane, gamma: float) -> NDArray[np.float64]:
    """``light ** (1 / gamma)``, from 0 to 1, of a plane that is clipped to 0..1 first."""
    flat = np.ascontiguousarray(light).ravel()
    values = np.empty(flat.shape, np.float64)
    if native.pixels is not None:
        native.pixels.from_light(flat, _inverse(gamma), values)
    else:
        values[...] = _power(np.clip(flat.astype(np.float64), 0, 1), _inverse(gamma))
    return values.reshape(light.shape)


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
    edges, as ``numpy.pad`` names it: "reflect", "symmetric" or "edge".
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
def _light_of_codes(gamma: float) -> NDArray[np.float32]:
    # The quotient and the exponent in float32 first, as tools that compute in float32 have them.
    codes = np.arange(256, dtype=np.float32) / np.float32(255)
    exponent = float(np.float32(gamma))
    return np.array([math.pow(code, exponent) for code in codes.tolist()], np.float32)


def _inverse(gamma: float) -> float:
    return float(np.float32(1) / np.float32(gamma))


def _power(base: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """``base ** exponent`` for 0..1, to about 12 digits: ``power`` of native/src/planes_of.hpp,
    operation by operation, because NumPy's own differs from machine to machine."""
    safe = np.maximum(base, 1e-30)
    half, whole = np.frexp(safe)
    small = (half < 0.70710678118654752).astype(np.float64)
    mantissa = half + half * small
    s = (mantissa - 1) / (mantissa + 1)
    q = s * s
    series = np.full_like(s, 1.0 / 15)
    for odd in (13, 11, 9, 7, 5, 3, 1):
        series = series * q + 1.0 / odd
    log2 = (whole - small) + (2 * 1.4426950408889634) * (s * series)
    y = log2 * exponent
    nearest = (y + 6755399441055744.0) - 6755399441055744.0
    r = (y - nearest) * 0.69314718055994531
    e = np.full_like(r, 1.0 / 3628800)
    for factorial in (362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1):
        e = e * r + 1.0 / factorial
    return np.where(base > 1e-30, np.ldexp(e, nearest.astype(np.int32)), 0.0)
