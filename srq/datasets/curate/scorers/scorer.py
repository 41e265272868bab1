"""The interface that every scorer fills in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Measure = Callable[[NDArray[np.uint8]], float]


@dataclass(frozen=True)
class Scorer:
    """A number for each picture.

    ``measure`` takes uint8 (H, W) or (H, W, 3) and gives a finite number that depends on these
    pixels alone, or NaN where it has none. ``better`` says which end is good. ``version`` is
    raised when the same pixels get another number; numbers of other versions are not reused.
    """

    name: str
    version: str
    better: Literal["higher", "lower"]
    measure: Measure
