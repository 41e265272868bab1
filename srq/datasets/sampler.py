"""Random crops of a pool, in batches that depend on nothing but (seed, step, rank, world)."""

import numpy as np
from numpy.typing import NDArray

from srq.datasets.pool import LumaPool
from srq.errors import ConfigError, DataError

Batch = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class Sampler:
    """Draws batches of aligned LR and HR crops.

    ``crop`` is the side in LR pixels. ``batch`` counts the crops of a step over all ranks
    together: with ``world`` ranks each of them gets batch / world, and laid one after another
    they are exactly the batch that a single process gets. A picture is chosen with a
    probability proportional to its area, the place uniformly, and each of the eight rotations
    and mirrorings is equally likely. There is no state: resuming needs the step alone.

    Raises ConfigError for numbers that do not fit, DataError if a picture is too small.
    """

    def __init__(
        self, pool: LumaPool, *, crop: int, batch: int, seed: int, rank: int = 0, world: int = 1
    ) -> None:
        if batch < 1 or crop < 1 or seed < 0:
            raise ConfigError(
                "A batch and a crop must be at least 1 and a seed at least 0, "
                f"not batch {batch}, crop {crop}, seed {seed}."
            )
        if batch % world:
            raise ConfigError(
                f"A batch of {batch} cannot be shared evenly by {world} processes; "
                f"choose a multiple of {world}."
            )
        if not 0 <= rank < world:
            raise ConfigError(f"The rank must be 0 to {world - 1}, not {rank}.")
        if crop > pool.smallest_side:
            raise DataError(
                f"A crop of {crop} LR pixels does not fit the smallest picture, whose shorter "
                f"side has {pool.smallest_side}; build the pool for that crop, or shrink it."
            )
        self.pool = pool
        self.crop = crop
        self.batch_size = batch
        self.seed = seed
        share = batch // world
        self._mine = slice(rank * share, (rank + 1) * share)

        heights, widths, self._lr_starts, self._hr_starts = pool.index.T.copy()
        ends = np.cumsum(heights * widths, dtype=np.float64)
        self._ends = ends / ends[-1]
        self._widths = widths
        # How many places a crop's first row and column may take.
        self._rooms = np.stack([heights - crop + 1, widths - crop + 1])
        self._lr_bytes = pool.lr.data
        self._hr_bytes = pool.hr.data

    def batch(self, step: int) -> Batch:
        """This rank's crops of ``step`` (from 0): LR (n, 1, crop, crop) and HR
        (n, 1, scale * crop, scale * crop), uint8, newly allocated."""
        s, side = self.pool.scale, self.crop
        places = self.places(step)
        lr_out = np.empty((len(places), 1, side, side), np.uint8)
        hr_out = np.empty((len(places), 1, s * side, s * side), np.uint8)
        for k, place in enumerate(places.tolist()):
            lr_out[k, 0] = _window(self._lr_bytes, side, *place[:3])
            hr_out[k, 0] = _window(self._hr_bytes, s * side, *place[3:])
        return lr_out, hr_out

    def places(self, step: int) -> NDArray[np.int64]:
        """Where this rank's crops of ``step`` lie, int64 (n, 6): the index of the first pixel in
        the pool's flat LR, and how far it is from there to the next row and the next column of
        the crop; then the same of the HR. The turn is in the signs and the order."""
        pictures, tops, lefts, turns = self._draw(step)
        s, side, widths = self.pool.scale, self.crop, self._widths[pictures]
        lr = _turned(self._lr_starts[pictures] + tops * widths + lefts, widths, side, turns)
        hr_first = self._hr_starts[pictures] + s * (tops * (s * widths) + lefts)
        return np.stack([*lr, *_turned(hr_first, s * widths, s * side, turns)], axis=1)

    def _draw(self, step: int) -> tuple[NDArray[np.int64], ...]:
        """Of this rank's crops: the picture, top, left and turn (0..7)."""
        sequence = np.random.SeedSequence((self.seed, step))
        rng = np.random.Generator(np.random.PCG64(sequence))
        # All ranks draw the whole batch and keep their share: that is what makes them agree.
        u = rng.random((4, self.batch_size))[:, self._mine]
        pictures = np.searchsorted(self._ends, u[0], side="right")
        tops, lefts = (u[1:3] * self._rooms[:, pictures]).astype(np.int64)
        return pictures, tops, lefts, (u[3] * 8).astype(np.int64)


def _turned(
    first: NDArray[np.int64], widths: NDArray[np.int64], side: int, turns: NDArray[np.int64]
) -> tuple[NDArray[np.int64], ...]:
    """The first pixel, the step down and the step right of squares of ``side`` pixels, each seen
    through one of the eight symmetries; ``first`` is the upper left pixel of each."""
    flipped, mirrored, swapped = (turns & bit != 0 for bit in (1, 2, 4))
    down = np.where(flipped, -widths, widths)
    right = np.where(mirrored, -1, 1)
    first = first + (side - 1) * (np.where(flipped, widths, 0) + mirrored)
    return first, np.where(swapped, right, down), np.where(swapped, down, right)


def _window(flat: memoryview, side: int, first: int, down: int, right: int) -> NDArray[np.uint8]:
    """A square of ``side`` pixels of ``flat``, without a copy."""
    return np.ndarray((side, side), np.uint8, flat, first, (down, right))
