"""Two sets of tensors compared: the first integer that differs, and where."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = int | tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """The first difference between what the reference gives and what a subject made.

    op:       whose tensor it is, in the Program's order.
    place:    channel, row, column; None where the shapes differ.
    expected: the reference's integer, or its shape.
    made:     the subject's.
    """

    op: str
    place: tuple[int, int, int] | None
    expected: Integers
    made: Integers

    def __str__(self) -> str:
        if self.place is None:
            return f"{self.op}: shape {self.made}, not {self.expected}"
        where = "channel {}, row {}, column {}".format(*self.place)
        return f"{self.op}, {where}: {self.made}, not {self.expected}"


def first_difference(
    expected: Mapping[str, NDArray], made: Mapping[str, NDArray], *, within: int = 0
) -> Difference | None:
    """The first difference by more than ``within``, or None; tensors are compared by name.

    In the order of ``expected``; a tensor that was not made is passed over. Raises TypeError
    for a tensor that does not hold integers, KeyError for one that is not expected.
    """
    if unknown := set(made) - set(expected):
        raise KeyError(f"no op of the Program is called {min(unknown)!r}")
    for name, tensor in expected.items():
        if name not in made:
            continue
        other = made[name]
        if other.dtype.kind not in "iu":
            raise TypeError(f"{name!r} must hold integers, not {other.dtype}")
        if other.shape != tensor.shape:
            return Difference(name, None, tensor.shape, other.shape)
        distance = np.abs(other.astype(np.int64) - tensor)
        places = np.argwhere(distance > within)
        if len(places):
            channel, row, column = (int(index) for index in places[0])
            at = channel, row, column
            return Difference(name, at, int(tensor[at]), int(other[at]))
    return None
