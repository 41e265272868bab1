"""The hill climber: pictures that move to where something measures more, many at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Heights = NDArray[np.float64]

Measure = Callable[[NDArray], tuple[Heights, NDArray]]
"""Of pictures (count, ...): what each measures (count,), and a hint for each (count, ...) that
``propose`` is given, such as its slope by each pixel."""

Propose = Callable[[NDArray, NDArray, NDArray[np.bool_]], NDArray]
"""Of pictures, their hints, and which of them moved in the round before (in the first: all): a
trial for each."""


def climb(
    pictures: NDArray[Any], measure: Measure, propose: Propose, rounds: int
) -> tuple[NDArray[Any], Heights]:
    """Where each of ``pictures`` comes to in so many rounds, and what that measures.

    A picture moves to its trial where the trial measures more; each climbs for itself.
    """
    pictures = pictures.copy()
    heights, hints = measure(pictures)
    moved = np.ones(len(pictures), bool)
    for _ in range(rounds):
        trials = propose(pictures, hints, moved)
        reached, found = measure(trials)
        moved = reached > heights
        pictures[moved], heights[moved], hints[moved] = trials[moved], reached[moved], found[moved]
    return pictures, heights
