"""Pictures that a format and a shape define: patterns of extremes, a ramp, impulses, noise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from srq.fixed import Format

SEED = 20180911


def noise(
    fmt: Format,
    shape: tuple[int, int],
    rng: np.random.Generator,
    *,
    drawn: DTypeLike = np.int64,
) -> NDArray:
    """Every code value alike. drawn: the type of the draws, which decides what a seed gives."""
    return rng.integers(0, fmt.hi, shape, drawn, endpoint=True).astype(fmt.dtype)


def constant(fmt: Format, shape: tuple[int, int], code: int) -> NDArray:
    """One code value everywhere."""
    return np.full(shape, code, fmt.dtype)


def checkerboard(fmt: Format, shape: tuple[int, int], rows: int = 1, columns: int = 1) -> NDArray:
    """Fields of rows x columns, black and white in turn; the first is black."""
    y, x = np.indices(shape)
    return _extremes(fmt, (y // rows + x // columns) % 2 == 1)


def ramp(fmt: Format, shape: tuple[int, int]) -> NDArray:
    """From black to white, line after line."""
    return np.linspace(0, fmt.hi, shape[0] * shape[1]).astype(fmt.dtype).reshape(shape)


def patterns(fmt: Format, shape: tuple[int, int]) -> dict[str, NDArray]:
    """Pictures of this shape with only the extremes in them, and one with every code value."""
    rows, columns = shape
    return {
        "all 0": constant(fmt, shape, 0),
        "all max": constant(fmt, shape, fmt.hi),
        "checkerboard 1": checkerboard(fmt, shape),
        "checkerboard 2": checkerboard(fmt, shape, 2, 2),
        "lines": checkerboard(fmt, shape, 1, columns),
        "columns": checkerboard(fmt, shape, rows, 1),
        "edges": checkerboard(fmt, shape, 7, 11),
        "extremes": _extremes(fmt, np.random.default_rng(SEED).integers(0, 2, shape) == 1),
        "ramp": ramp(fmt, shape),
    }


def impulses(fmt: Format, rows: int, columns: int) -> NDArray:
    """Single bright pixels on black: in all corners, on all edges and inside.

    Inside they stand so far apart that none meets another in a field of rows x columns.
    """
    rows, columns = min(rows, 40), min(columns, 40)
    picture = np.zeros((3 * rows + 2, 3 * columns + 2), fmt.dtype)
    picture[:: rows + 1 or 1, :: columns + 1 or 1] = fmt.hi
    picture[-1, :: columns + 1] = picture[:: rows + 1, -1] = picture[-1, -1] = fmt.hi
    return picture


def impulses_at(fmt: Format, shape: tuple[int, int], places: Sequence[tuple[int, int]]) -> NDArray:
    """Bright pixels at these places (row, column) on black."""
    picture = np.zeros(shape, fmt.dtype)
    for place in places:
        picture[place] = fmt.hi
    return picture


def _extremes(fmt: Format, bright: NDArray[np.bool_]) -> NDArray:
    return (bright * fmt.hi).astype(fmt.dtype)
