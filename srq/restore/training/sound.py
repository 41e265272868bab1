"""Sound crops: parts of clean pictures as they are, in which nothing is damaged.

A detector that sees only what was spoiled takes rails, ropes, writing and fins for damage. So of
every other crop several are drawn, and the one with the most thin things in it is taken.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srq.restore.networks.detector import top_hats
from srq.restore.training.sheets import square

Pixels = NDArray[np.uint8]

_COLOURED = 0.5
"""How often a crop is drawn from the coloured pictures alone, where there are any."""

_DRAWN = 3
"""Of how many crops the hard ones are the hardest."""

_SQUARE = 7


class SoundCrops:
    """Cuts crops of ``pictures``; a share ``gray`` of the coloured ones becomes gray."""

    def __init__(
        self,
        pictures: Sequence[Pixels],
        seed: int,
        *,
        gray: float,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self._pictures = pictures
        self._coloured = [picture for picture in pictures if picture.ndim == 3] or pictures
        self._seed = seed
        self._gray = gray
        self._rank, self._world = rank, world

    def crops(self, step: int, count: int, side: int) -> Pixels:
        """This process's share (N, 3, side, side) of the ``count`` crops of ``step``."""
        slots = range(self._rank, count, self._world)
        made = [self._crop(step, slot, side) for slot in slots]
        return np.stack(made) if made else np.empty((0, 3, side, side), np.uint8)

    def _crop(self, step: int, slot: int, side: int) -> Pixels:
        rng = np.random.default_rng([self._seed, 12, step, slot])
        drawn: list[Pixels] = []
        for _ in range(1 if slot % 2 else _DRAWN):
            pool = self._coloured if rng.random() < _COLOURED else self._pictures
            picture = pool[int(rng.integers(len(pool)))]
            piece = square(picture, side, rng, gray=self._gray)
            drawn.append(np.ascontiguousarray(piece.transpose(2, 0, 1)))
        return max(drawn, key=thinness) if len(drawn) > 1 else drawn[0]


def thinness(crop: Pixels) -> float:
    """How much in (3, H, W) is thinner than its surroundings and lighter or darker than they, at
    half the size and a quarter."""
    plane: Tensor = torch.from_numpy(crop).float().mean(0)[None, None]
    total = 0.0
    for _ in range(2):
        plane = nn.functional.avg_pool2d(plane, 2)
        total += float(top_hats(plane, _SQUARE).square().mean())
    return total
