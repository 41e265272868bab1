"""Bicubic resizing as MATLAB's ``imresize`` defines it, and nearest-neighbour enlargement.

A scale is a ratio of whole numbers, so its weights are rational (see ``kernel``). Where they
have one common denominator (every enlargement, and every reduction by a whole factor), integer
pictures are summed with whole weights and divided once at the end: the result is the exact
rational value, rounded half up. All else sums correctly rounded float64 weights in a fixed
order. Either way the same input gives the same bytes on every machine.
"""

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from srq.errors import ImageError
from srq.image.depth import peak
from srq.image.kernel import Kernel, Row, cubic_kernel

Scale = int | float | Fraction

# A pass goes through the picture in pieces of about this many output rows and this many
# columns, so that its sums stay in the processor's cache.
_PIECE_ROWS, _PIECE_COLUMNS = 32, 1024


def bicubic(
    a: NDArray[Any],
    *,
    scale: Scale | tuple[Scale, Scale] | None = None,
    size: tuple[int, int] | None = None,
    antialias: bool = True,
) -> NDArray[Any]:
    """``a`` (H, W) or (H, W, C) resized as MATLAB's ``imresize(a, scale_or_size, 'bicubic')``.

    Give either ``scale`` (one number, or vertical and horizontal), for ceil(scale * n) output
    samples on an axis of n, or ``size`` (height, width), for a scale of its own on each axis.
    A float scale means the simplest fraction of that float: 0.1 is 1/10. The kernel is Keys'
    cubic with a = -0.5, widened on an axis that shrinks unless ``antialias`` is false; borders
    mirror the picture, edge sample included.

    uint8 and uint16 keep their type, rounded half up once and clipped; floats come back as
    float64. (MATLAB rounds integer pictures after each axis: for that, resize one axis after
    the other.) Raises ImageError for any other type, shape or scale.
    """
    if a.ndim not in (2, 3) or a.size == 0:
        raise ImageError(
            f"A picture to resize must be (height, width) or (height, width, channels) and not "
            f"empty, but its shape is {a.shape}."
        )
    integer = a.dtype.kind != "f"
    # No sum of pixels times whole weights passes `bound`. Below 2**53 (with a bit to spare for
    # the half that rounding adds) such sums are exact in float64, and the one division is close
    # enough never to carry a quotient over to the next whole number.
    bound = float(peak(a.dtype)) if integer else math.inf
    passes = _passes(a.shape[:2], scale, size, antialias)
    exact = 2 * bound * math.prod(kernel.gain for _, kernel in passes) < 2**53
    result: NDArray[Any] = a if integer else a.astype(np.float64)
    divisor = 1
    for number, (axis, kernel) in enumerate(passes, start=1):
        weights, carrier = kernel.real, np.float64
        if exact and kernel.whole is not None:
            weights = kernel.whole
            bound *= kernel.gain
            divisor *= kernel.divisor
            # The same holds for float32 below 2**24, at half the cost.
            carrier = np.float32 if 2 * bound < 2**24 else np.float64
        rounded = a.dtype if integer and number == len(passes) else None
        rows = np.moveaxis(result, axis, 0)
        rows = _resample(rows, kernel, weights, carrier, rounded, divisor)
        result = np.moveaxis(rows, 0, axis)
    return a.copy() if result is a else np.ascontiguousarray(result)


def nearest(a: NDArray[Any], scale: int) -> NDArray[Any]:
    """``a`` (H, W) or (H, W, C) with every pixel repeated ``scale`` times down and across."""
    if scale < 1:
        raise ImageError(f"A nearest-neighbour scale must be 1 or more, not {scale}.")
    return a.repeat(scale, axis=0).repeat(scale, axis=1)


def _passes(
    shape: tuple[int, ...],
    scale: Scale | tuple[Scale, Scale] | None,
    size: tuple[int, int] | None,
    antialias: bool,
) -> list[tuple[int, Kernel]]:
    """The axes to resize, each with its kernel, in the order in which MATLAB takes them."""
    if (scale is None) == (size is None):
        raise ImageError("A resize needs either a scale or a size; give exactly one of them.")
    if size is not None:
        lengths = list(size)
        if min(lengths) < 1:
            raise ImageError(f"A picture cannot be resized to {lengths[0]} x {lengths[1]} pixels.")
        scales = [Fraction(length, n) for length, n in zip(lengths, shape, strict=True)]
    else:
        given: Any = scale if isinstance(scale, tuple) else (scale, scale)
        scales = [_fraction(number) for number in given]
        # The product in the type given, as MATLAB has it: 1.1 * 10 is a little more than 11.
        lengths = [math.ceil(number * n) for number, n in zip(given, shape, strict=True)]
    # The axis that shrinks most comes first, rows before columns if they are equal.
    order = sorted((0, 1), key=lambda axis: scales[axis])
    return [
        (axis, cubic_kernel(lengths[axis], scales[axis], antialias))
        for axis in order
        if scales[axis] != 1
    ]


def _fraction(scale: Any) -> Fraction:
    """The simplest fraction that has the float value of ``scale``."""
    if not 0 < scale < math.inf:
        raise ImageError(f"A scale must be a number above 0, not {scale}.")
    exact = Fraction(scale)
    for digits in range(1, 17):
        simple = exact.limit_denominator(10**digits)
        if simple == exact or (isinstance(scale, float) and float(simple) == scale):
            return simple
    return exact


def _resample(
    rows: NDArray[Any],
    kernel: Kernel,
    weights: tuple[Row, ...],
    carrier: type[np.float32 | np.float64],
    rounded: DTypeLike | None,
    divisor: int,
) -> NDArray[Any]:
    """``rows`` (n, ...) weighed together along the first axis to (kernel.length, ...).

    Sums are taken in ``carrier``. With ``rounded``, an integer type, they are divided by
    ``divisor``, rounded half up and clipped to it; else they come back as they are.
    """
    n, phases = len(rows), len(weights)
    rows = np.ascontiguousarray(rows)
    flat = rows.reshape(n, -1)
    out = np.empty((kernel.length, flat.shape[1]), rounded or carrier)
    low = min(kernel.first)
    reach = max(first + len(row) for first, row in zip(kernel.first, weights, strict=True)) - low
    periods = -(-kernel.length // phases)
    piece = max(1, _PIECE_ROWS // phases)
    for start in range(0, periods, piece):
        count = min(piece, periods - start)
        source = low + start * kernel.step + np.arange((count - 1) * kernel.step + reach)
        source = _mirror(source, n)
        for left in range(0, flat.shape[1], _PIECE_COLUMNS):
            columns = slice(left, left + _PIECE_COLUMNS)
            taken = flat[source, columns].astype(carrier, copy=False)
            for phase, (first, row) in enumerate(zip(kernel.first, weights, strict=True)):
                target = out[start * phases + phase : (start + count) * phases : phases, columns]
                if not len(target):
                    continue  # The last period may be cut short.
                total = _weigh(taken[first - low :], kernel.step, row, len(target))
                if rounded is not None:
                    total = _round(total, divisor, rounded)
                target[...] = total
    return out.reshape(kernel.length, *rows.shape[1:])


def _weigh(taken: NDArray[Any], step: int, row: Row, count: int) -> NDArray[Any]:
    """``count`` sums of ``len(row)`` neighbouring rows, ``step`` rows apart, first tap first."""
    span = (count - 1) * step + 1
    total = taken[:span:step] * row[0]
    product = np.empty_like(total)
    for tap, weight in enumerate(row[1:], start=1):
        np.multiply(taken[tap : tap + span : step], weight, out=product)
        total += product
    return total


def _round(total: NDArray[Any], divisor: int, dtype: DTypeLike) -> NDArray[Any]:
    """``total / divisor`` rounded half up and clipped to ``dtype``; ``total`` is used up."""
    total += divisor / 2
    total /= divisor
    np.floor(total, out=total)
    return np.clip(total, 0, peak(dtype), out=total)


def _mirror(index: NDArray[Any], n: int) -> NDArray[Any]:
    """``index`` folded into 0..n-1 by reflection at both ends, the end samples repeated."""
    index = index % (2 * n)
    return np.where(index < n, index, 2 * n - 1 - index)
