"""Canonical signed digits: the fewest signed powers of two whose sum is an integer."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def digits(value: int) -> tuple[tuple[int, int], ...]:
    """``value`` as (shift, sign) pairs, lowest first: the sum of ``sign * 2**shift``.

    No two shifts are neighbours, and no other pairs of signs 1 and -1 are fewer.
    """
    found: list[tuple[int, int]] = []
    shift = 0
    while value:
        if value & 1:
            # ...01 is a digit 1; ...11 is -1, and a carry into what is above.
            sign = 2 - (value & 3)
            found.append((shift, sign))
            value -= sign
        value >>= 1
        shift += 1
    return tuple(found)


def digit_counts(values: ArrayLike) -> NDArray[np.int64]:
    """How many digits each of ``values`` has (int64, of their shape); any within 2^60."""
    magnitude = np.abs(np.asarray(values, dtype=np.int64))
    # Where 3n and n differ, n has a digit one place below.
    differing = (3 * magnitude) ^ magnitude
    count = np.zeros_like(magnitude)
    while differing.any():
        count += differing & 1
        differing >>= 1
    return count
