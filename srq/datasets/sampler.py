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
        pictures, tops, lefts, turns = self._draw(step)
        s, side = self.pool.scale, self.crop
        lr_out = np.empty((len(pictures), 1, side, side), np.uint8)
        hr_out = np.empty((len(pictures), 1, s * side, s * side), np.uint8)
        widths = self._widths[pictures]
        lr_first = self._lr_starts[pictures] + tops * widths + lefts
        hr_first = self._hr_starts[pictures] + s * (tops * (s * widths) + lefts)
        rows = zip(
            turns.tolist(), widths.tolist(), lr_first.tolist(), hr_first.tolist(), strict=True
        )
        for k, (turn, width, lr_at, hr_at) in enumerate(rows):
            lr_out[k, 0] = _window(self._lr_bytes, lr_at, width, side, turn)
            hr_out[k, 0] = _window(self._hr_bytes, hr_at, s * width, s * side, turn)
        return lr_out, hr_out

    def _draw(self, step: int) -> tuple[NDArray[np.int64], ...]:
        """Of this rank's crops: the picture, top, left and turn (0..7)."""
        sequence = np.random.SeedSequence((self.seed, step))
        rng = np.random.Generator(np.random.PCG64(sequence))
        # All ranks draw the whole batch and keep their share: that is what makes them agree.
        u = rng.random((4, self.batch_size))[:, self._mine]
        pictures = np.searchsorted(self._ends, u[0], side="right")
        tops, lefts = (u[1:3] * self._rooms[:, pictures]).astype(np.int64)
        return pictures, tops, lefts, (u[3] * 8).astype(np.int64)


def _window(flat: memoryview, first: int, width: int, side: int, turn: int) -> NDArray[np.uint8]:
    """A square of ``side`` pixels seen through one of the eight symmetries, without a copy.

    ``first`` is its upper left pixel in ``flat``, whose rows are ``width`` long.
    """
    down, right = width, 1
    if turn & 1:
        first, down = first + (side - 1) * down, -down
    if turn & 2:
        first, right = first + (side - 1) * right, -right
    if turn & 4:
        down, right = right, down
    return np.ndarray((side, side), np.uint8, flat, first, (down, right))
