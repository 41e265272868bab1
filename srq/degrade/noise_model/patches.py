"""The flattest patches of noisy pictures, as spectra of Y, Cb and Cr.

A patch is 32x32 pixels without its quadratic trend, under a Hann window. Taking the trend away
takes noise away too, at the lowest frequencies; ``KEPT`` says how much is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 32
COLUMNS = SIZE // 2 + 1

YCBCR = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
"""RGB to Y, Cb and Cr, full range: where cameras filter their noise, luma and chroma apart."""

_Y = np.fft.fftfreq(SIZE, 1 / SIZE)[:, None]
_X = np.arange(COLUMNS)[None]
RADIUS = np.hypot(_Y, _X)
"""The frequency of each bin, in cycles per patch."""

TIMES = np.where((_X == 0) | (_X == SIZE // 2), 1, 2) * np.ones((SIZE, 1))
"""How often each bin counts: of a pair of conjugate ones only one is held."""

HALF = (np.arange(SIZE)[:, None] // 2 + _X // 2) % 2 == 0
"""A checkerboard of bins. Flatness is judged by one half of them and noise measured at the other,
so that patches whose noise happens to be low are not preferred."""

_STRIDE = 8
_PATCHES_PER_PICTURE = 4000
_PICKED_BY = (RADIUS >= 2) & (RADIUS <= 8)
_BRIGHTNESSES = 10
_SHARE = 0.02
_LEAST = 6
_BIN_LEAST = 25


def _trends() -> NDArray[np.float64]:
    """An orthonormal basis of the quadratic trends of a patch, (SIZE * SIZE, 6)."""
    t = np.linspace(-1, 1, SIZE)
    x, y = np.meshgrid(t, t)
    powers = [np.ones_like(x), x, y, x * x, x * y, y * y]
    return np.linalg.qr(np.stack(powers, -1).reshape(SIZE * SIZE, 6))[0]


_TRENDS = _trends()
_HANN = np.hanning(SIZE + 2)[1:-1]
_WINDOW = np.outer(_HANN, _HANN)
_ENERGY = float((_WINDOW**2).sum())


def _kept() -> NDArray[np.float64]:
    trends = np.fft.fft2(_TRENDS.T.reshape(6, SIZE, SIZE) * _WINDOW)[:, :, :COLUMNS]
    return np.maximum(1 - (np.abs(trends) ** 2).sum(0) / _ENERGY, 0.05)


KEPT = _kept()
"""What share of white noise is left at each frequency once the trend is gone."""


@dataclass(frozen=True)
class Patches:
    """Patches of one picture: mean luma (N,) and spectra (N, 3, SIZE, COLUMNS)."""

    luma: NDArray[np.float64]
    spectra: NDArray[np.complex64]


@dataclass(frozen=True)
class Flat:
    """The flattest patches by one half of the bins, to be measured at the bins ``at``."""

    luma: NDArray[np.float64]
    spectra: NDArray[np.complex64]
    at: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence["Flat"]) -> "Flat":
        """Those of several pictures, all measured at the same bins."""
        return cls(
            np.concatenate([part.luma for part in parts]),
            np.concatenate([part.spectra for part in parts]),
            parts[0].at,
        )


def patches_of(picture: NDArray[np.uint8]) -> Patches:
    """Patches of ``picture`` (H, W) or (H, W, 3) without clipped pixels, at most some thousands."""
    rgb = np.repeat(picture[..., None], 3, 2) if picture.ndim == 2 else picture
    windows: NDArray[Any] = np.lib.stride_tricks.sliding_window_view(rgb, (SIZE, SIZE), (0, 1))
    rows, columns = windows.shape[:2]
    stride = max(_STRIDE, int(np.ceil(np.sqrt(rows * columns / _PATCHES_PER_PICTURE))))
    pixels = windows[::stride, ::stride].reshape(-1, 3, SIZE * SIZE)
    clipped = ((pixels <= 1) | (pixels >= 254)).mean((1, 2))
    flat = np.einsum("kc,ncp->nkp", YCBCR.astype(np.float32), pixels[clipped < 0.02])
    trends = _TRENDS.astype(np.float32)
    detrended = flat - (flat @ trends) @ trends.T
    spectra = np.fft.rfft2(detrended.reshape(-1, 3, SIZE, SIZE) * _WINDOW) / np.sqrt(_ENERGY)
    return Patches(flat[:, 0].mean(1).astype(np.float64), spectra.astype(np.complex64))


def flattest(patches: Patches) -> tuple[Flat, Flat]:
    """The flattest patches of each brightness, once by each half of the bins.

    Flat is what has little luma between 2 and 8 cycles a patch: pictures differ in luma.
    """
    power = np.abs(patches.spectra[:, 0]) ** 2
    brightness = (patches.luma * _BRIGHTNESSES / 256).astype(int)
    return _picked(patches, power, brightness, HALF), _picked(patches, power, brightness, ~HALF)


def _picked(
    patches: Patches,
    power: NDArray[np.float32],
    brightness: NDArray[np.int_],
    half: NDArray[np.bool_],
) -> Flat:
    unrest = (power * (TIMES * _PICKED_BY * half)).sum((1, 2))
    picked: list[NDArray[np.int_]] = [np.empty(0, np.int_)]
    for level in range(_BRIGHTNESSES):
        here = np.flatnonzero(brightness == level)
        if len(here) >= _BIN_LEAST:
            count = max(_LEAST, int(_SHARE * len(here)))
            picked.append(here[np.argsort(unrest[here], kind="stable")[:count]])
    chosen = np.concatenate(picked)
    return Flat(patches.luma[chosen], patches.spectra[chosen], ~half)
