"""Dead blocks: fine coefficients of the cosine transform that a codec made zero, in its own grid.

JPEG leaves them in blocks of 8 x 8. Once such a picture was halved, they stand in blocks of 4 x 4,
where steps between blocks no longer show.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.grid import block_corner
from srq.datasets.curate.scorers.planes import Plane, blocks, cosines, luma_plane
from srq.datasets.curate.scorers.scorer import Scorer

_SMALL = 0.6
"""Rounding to whole values moves a coefficient that was zero by little more."""

_LOWEST = {8: 5, 4: 3}
"""The sum of both frequencies from which on a coefficient is fine, by the side of the blocks."""


def dead_eights(plane: Plane) -> float:
    """How much larger the share of dead coefficients is in one grid of 8 x 8 than between.

    The grid is the one with the steepest steps. NaN for a plane of fewer than three blocks a side.
    """
    if min(plane.shape) < 24:
        return float("nan")
    row, column = block_corner(plane, 8)
    inside = _dead(plane, 8, row, column)
    between = [_dead(plane, 8, (row + y) % 8, (column + x) % 8) for y, x in _HALF_WAY]
    return inside - float(np.mean(between))


_HALF_WAY = ((0, 4), (4, 0), (4, 4))


def dead_fours(plane: Plane) -> tuple[float, float]:
    """The same in blocks of 4 x 4, for the grid with the largest share; and the mean of all 16.

    NaN for a plane of fewer than three blocks a side.
    """
    if min(plane.shape) < 12:
        return float("nan"), float("nan")
    shares = [_dead(plane, 4, row, column) for row in range(4) for column in range(4)]
    return _above_others(shares), float(np.mean(shares))


def _above_others(shares: Iterable[float]) -> float:
    *others, best = sorted(shares)
    return best - float(np.mean(others))


def _dead(plane: Plane, side: int, row: int, column: int) -> float:
    """The share of fine coefficients near zero, in blocks that begin at a row and a column."""
    sizes = np.abs(blocks(plane[row:, column:], side) @ _fine(side))
    return np.count_nonzero(sizes < _SMALL) / sizes.size


@cache
def _fine(side: int) -> Plane:
    """What gives a block's fine coefficients: a matrix (side * side, coefficients)."""
    degree = np.add.outer(np.arange(side), np.arange(side)).ravel()
    both = np.kron(cosines(side), cosines(side))[degree >= _LOWEST[side]]
    return np.ascontiguousarray(both.T)


def _measure(pixels: NDArray[np.uint8]) -> float:
    return dead_fours(luma_plane(pixels))[0]


DEAD_BLOCKS = Scorer("dead_blocks", "1", "lower", _measure)
