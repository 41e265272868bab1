"""Pictures to try a Program with, made up from it, the same on each machine.

- ``patterns``     checkerboards, ramps, impulses, noise: what a format and a shape define.
- ``natural``      like photographs: clouds, edges, and photographs where they are at hand.
- ``adversarial``  what drives the sums of each op to their bounds; by ``slopes`` and ``climb``.
- ``saturation``   what brings many values to an end of their formats at once.
- ``files``        a picture of the user's.
- ``sets``         which of these go together: for verification, vectors, test benches, a sample.
"""

from dataclasses import dataclass

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Stimulus:
    """A picture (rows, columns) of a Program's input type, its name, and what it is for."""

    name: str
    picture: NDArray
    about: str = ""
