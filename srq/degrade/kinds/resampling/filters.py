"""Resampling filters, and what each output sample weighs under one.

The kernels, windows and roundings are those of the Rust crate ``resize``, by which chainner_ext
resizes; the tests compare them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.image.planes import Taps

Kernel = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class Filter:
    """A kernel over distances in source samples, and how far it is looked at."""

    kernel: Kernel
    support: float


def _box(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return (np.abs(x) <= 0.5).astype(np.float32)


def _linear(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.maximum(np.float32(1) - np.abs(x), np.float32(0))


def _cubic(b: float, c: float) -> Kernel:
    """The cubics of Mitchell and Netravali, in float32."""
    near = [np.float32(n) for n in (12 - 9 * b - 6 * c, -18 + 12 * b + 6 * c, 6 - 2 * b)]
    far = [np.float32(n) for n in (-b - 6 * c, 6 * b + 30 * c, -12 * b - 48 * c, 8 * b + 24 * c)]

    def kernel(x: NDArray[np.float32]) -> NDArray[np.float32]:
        a = np.abs(x)
        square = a * a
        cube = square * a
        inner = near[0] * cube + near[1] * square + near[2]
        outer = far[0] * cube + far[1] * square + far[2] * a + far[3]
        whole = np.where(a < 1, inner, np.where(a < 2, outer, np.float32(0)))
        return (whole / np.float32(6)).astype(np.float32)

    return kernel


def _sinc(x: NDArray[np.float32]) -> NDArray[np.float32]:
    a = x * np.float32(np.pi)
    safe = np.where(a == 0, np.float32(1), a)
    # NumPy's own sine of float32 is a little coarser than a C library's.
    sine = np.sin(safe.astype(np.float64)).astype(np.float32)
    return np.where(a == 0, np.float32(1), sine / safe)


def _lanczos(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(np.abs(x) < 3, _sinc(x) * _sinc(x / np.float32(3)), np.float32(0))


def _gauss(x: NDArray[np.float32]) -> NDArray[np.float32]:
    height = np.float32(1) / (np.sqrt(np.float32(2) * np.float32(np.pi)) * np.float32(0.5))
    power = (-(x * x) / np.float32(2 * 0.5**2)).astype(np.float64)
    return height * np.exp(power).astype(np.float32)


FILTERS = {
    "box": Filter(_box, 1),
    "linear": Filter(_linear, 1),
    "hermite": Filter(_cubic(0, 0), 1),
    "catrom": Filter(_cubic(0, 0.5), 2),
    "mitchell": Filter(_cubic(1 / 3, 1 / 3), 2),
    "bspline": Filter(_cubic(1, 0), 2),
    "lanczos": Filter(_lanczos, 3),
    "gauss": Filter(_gauss, 3),
}
"""The filters that weigh; ``nearest`` is the one that chooses."""

NAMES = ("nearest", *FILTERS)


@lru_cache(maxsize=256)
def taps(name: str, source: int, length: int) -> Taps:
    """What each of ``length`` output samples weighs of ``source`` ones.

    The kernel is widened where there are fewer outputs than sources. At the borders it is cut,
    and what is left of it is normalized.
    """
    if name == "nearest":
        first = nearest_index(source, length)
        one = np.ones(length, np.int32)
        return Taps(first.astype(np.int32), one, one.astype(np.float32)[:, None])
    kernel, support = FILTERS[name].kernel, FILTERS[name].support
    ratio = source / length
    widened = max(ratio, 1.0)
    radius = np.ceil(support * widened)
    centre = (np.arange(length) + 0.5) * ratio - 0.5
    first = np.clip(np.ceil(centre - radius), 0, source - 1).astype(np.int32)
    last = np.maximum(np.clip(np.floor(centre + radius), 0, source - 1).astype(np.int32), first)
    count = last - first + 1
    offset = np.arange(count.max())
    distance = ((first[:, None] + offset - centre[:, None]) / widened).astype(np.float32)
    inside = offset < count[:, None]
    total = np.where(inside, kernel(distance).astype(np.float64), 0).sum(axis=1)
    cut = np.clip(distance, np.float32(-support), np.float32(support))
    weights = np.where(inside, kernel(cut).astype(np.float64) / total[:, None], 0)
    return Taps(first, count, weights.astype(np.float32))


def nearest_index(source: int, length: int) -> NDArray[Any]:
    """The source sample under the middle of each output sample, in 32-bit fixed point."""
    step = (source << 32) // length
    return (np.arange(length, dtype=np.int64) * step + (step >> 1)) >> 32
