"""Stationary Gaussian noise with a given cross spectrum, at any size."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CELL = 1024
"""Larger pictures are made of cells, so that memory does not grow with the square."""

_OVERLAP = 32
_MARGIN = 16
"""A field is periodic; so much of it is cut off that its two ends are strangers."""

_FLOOR = 1e-7


def correlated(
    spectrum: NDArray[np.float64], shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Noise (C, H, W) with the cross ``spectrum`` (C, C, N, N // 2 + 1) of N x N patches.

    A spectrum of mean 1 gives a variance of 1. Neighbouring cells fade into each other by
    weights whose squares sum to 1, so that the variance is the same everywhere.
    """
    height, width = shape
    rows, columns = _cells(height), _cells(width)
    if len(rows) == len(columns) == 1:
        return _cell(spectrum, height, width, rng)
    noise = np.zeros((len(spectrum), height, width))
    for top, bottom, down in rows:
        for left, right, across in columns:
            cell = _cell(spectrum, bottom - top, right - left, rng)
            noise[:, top:bottom, left:right] += cell * down[:, None] * across
    return noise


def _cells(size: int) -> list[tuple[int, int, NDArray[np.float64]]]:
    """Start, end and weights of the cells along one side."""
    cells: list[tuple[int, int, NDArray[np.float64]]] = []
    ramp = np.sin((np.arange(_OVERLAP) + 0.5) / _OVERLAP * np.pi / 2)
    start = 0
    while True:
        end = min(start + _CELL, size)
        weights = np.ones(end - start)
        if start:
            head = min(_OVERLAP, end - start)
            weights[:head] = ramp[:head]
        if end < size:
            weights[-_OVERLAP:] = ramp[::-1]
        cells.append((start, end, weights))
        if end == size:
            return cells
        start = end - _OVERLAP


def _cell(
    spectrum: NDArray[np.float64], height: int, width: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    rows, columns = _quick(height + _MARGIN), _quick(width + _MARGIN)
    roots = _roots(spectrum.tobytes(), spectrum.shape, rows, columns)
    channels = len(spectrum)
    # The transform of white noise, drawn at once. In the first and the last column the inverse
    # transform uses real parts only.
    white = rng.standard_normal((channels, rows, columns // 2 + 1, 2), np.float32)
    white *= np.float32(np.sqrt(rows * columns / 2))
    white[:, :, [0, -1]] *= np.float32(np.sqrt(2))
    noise = np.empty((channels, height, width))
    for channel in range(channels):
        mixed = roots[channel][0][..., None] * white[0]
        for other in range(1, channel + 1):
            mixed += roots[channel][other][..., None] * white[other]
        whole = np.fft.irfft2(mixed.view(np.complex64)[..., 0], (rows, columns))
        noise[channel] = whole[:height, :width]
    return noise


def _quick(size: int) -> int:
    """The next even size that a Fourier transform is quick at: a product of 2, 3 and 5."""
    size += size % 2
    while True:
        rest = size
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
        size += 2


@lru_cache(maxsize=4)
def _roots(
    data: bytes, shape: tuple[int, ...], rows: int, columns: int
) -> list[list[NDArray[np.float32]]]:
    """The lower triangle whose product with its transpose is the spectrum, at another size."""
    spectrum = np.frombuffer(data).reshape(shape)
    channels, _, size, _ = shape
    # Correlations over the distance, without the far ones, which are left-over noise.
    lags = np.fft.irfft2(spectrum, (size, size))
    distance = np.minimum(np.arange(size), size - np.arange(size))
    taper = np.clip((size / 2 - distance) / 6, 0, 1)
    lags *= taper[:, None] * taper
    places = np.fft.fftfreq(size, 1 / size).astype(int)
    wide = np.zeros((channels, channels, rows, columns))
    # Sizes below a patch's fold the correlations; that is what a periodic field has.
    at: Any = (slice(None), slice(None), places[:, None] % rows, places % columns)
    np.add.at(wide, at, lags)
    power = np.fft.rfft2(wide).real
    roots: list[list[NDArray[np.float64]]] = []
    for i in range(channels):
        row: list[NDArray[np.float64]] = []
        left = np.maximum(power[i, i], _FLOOR)
        for j in range(i):
            rest = power[i, j] - sum(row[k] * roots[j][k] for k in range(j))
            # Where the tapered spectrum is none, no more is shared than there is.
            bound = np.sqrt(left)
            row.append(np.clip(rest / roots[j][j], -bound, bound))
            left = np.maximum(left - row[-1] ** 2, 0)
        row.append(np.sqrt(np.maximum(left, _FLOOR)))
        roots.append(row)
    return [[entry.astype(np.float32) for entry in row] for row in roots]
