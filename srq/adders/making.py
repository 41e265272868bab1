"""From a constant matrix to its graph."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from srq.adders.digits import digits
from srq.adders.graph import AdderGraph, Range, Term
from srq.adders.sharing import Row, Sharing
from srq.adders.trees import sum_up
from srq.adders.values import Values

_MORE_DEPTH = 2
"""By how much the graph may be deeper than the least depth: 1 % of bits beyond no limit."""


def graph_of(
    matrix: ArrayLike,
    inputs: Sequence[Range],
    *,
    constants: Sequence[int] | None = None,
    depth: int | None = None,
) -> AdderGraph:
    """A graph that computes ``matrix @ x + constants`` for every integer x within ``inputs``.

    matrix:    integers (outputs, inputs).
    inputs:    the least and the greatest integer of every input.
    constants: what is added to each output, such as a bias and the half of a rounding; None
               for nothing.
    depth:     the greatest number of adders on a path; None for 2 more than the least possible.
               One that is less than possible counts as the least. An output that is another
               one's negative may have one adder more.
    """
    # An input that is always 0, as of a channel that a ReLU leaves nothing of, takes no adder.
    alive = np.array([lo != 0 or hi != 0 for lo, hi in inputs], dtype=bool)
    weights = np.asarray(matrix, dtype=np.int64) * alive
    added = [0] * len(weights) if constants is None else [int(constant) for constant in constants]
    odd = sorted({_odd(constant)[0] for constant in added if constant})
    values = Values(inputs, odd)
    rows = [_row(row) for row in weights]
    least = _least_depth(rows, added)
    limit = max(least, least + _MORE_DEPTH if depth is None else depth)
    fixed = [_constant(constant, values) for constant in added]
    Sharing(values, rows, limit, [len(terms) for terms in fixed]).run()
    outputs = tuple(
        sum_up(values, [*_terms(row), *own], limit) for row, own in zip(rows, fixed, strict=True)
    )
    return AdderGraph(values.inputs, values.constants, tuple(values.adders), outputs)


def _least_depth(rows: Sequence[Row], constants: Sequence[int]) -> int:
    sizes = [
        sum(map(len, row.values())) + bool(constant)
        for row, constant in zip(rows, constants, strict=True)
    ]
    return max(((size - 1).bit_length() for size in sizes if size), default=0)


def _row(weights: NDArray[np.int64]) -> Row:
    """The digits of one output's weights, by input."""
    return {int(index): dict(digits(int(weights[index]))) for index in np.flatnonzero(weights)}


def _terms(row: Row) -> list[Term]:
    return [
        Term(value, shift, sign < 0)
        for value, places in sorted(row.items())
        for shift, sign in sorted(places.items())
    ]


def _odd(constant: int) -> tuple[int, int]:
    """The odd part of what is not 0, positive, and its shift."""
    shift = (constant & -constant).bit_length() - 1
    return abs(constant) >> shift, shift


def _constant(constant: int, values: Values) -> list[Term]:
    """The term of an output's constant; none for 0."""
    if not constant:
        return []
    odd, shift = _odd(constant)
    return [Term(len(values.inputs) + values.constants.index(odd), shift, constant < 0)]
