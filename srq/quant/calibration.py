"""The pictures that formats are chosen on: crops of training pictures, never of a test set.

Photographs seldom reach what black letters on white paper do, and a format chosen on them alone
saturates there (a test picture of text lost 0.24 dB at 14 bits). So a few drawings, blots of
black and white, come after the photographs, to be looked at where formats are settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srq.datasets.build import build_pool
from srq.datasets.lists import training_pictures
from srq.datasets.paired import load_pairs
from srq.datasets.pool import LumaPool
from srq.datasets.sampler import Sampler
from srq.degrade import Recipe
from srq.train.objective import to_unit

CROP = 40
CROPS = 32
_PICTURES = 48
_SEED = 20
_BLOTS = (4, 6, 9, 14)
"""Sides of the drawings' blots, in LR pixels: one drawing of each."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Crops of luma: ``lr`` uint8 (N, 1, h, w) and ``hr`` uint8 (N, 1, s*h, s*w).

    The last ``drawings`` of them are drawings, the others photographs.
    """

    lr: NDArray[np.uint8]
    hr: NDArray[np.uint8]
    drawings: int = 0

    @property
    def pictures(self) -> Tensor:
        """All LR crops as a network reads them: float32 in [0, 1]."""
        return to_unit(torch.from_numpy(self.lr))

    @property
    def photographs(self) -> Tensor:
        """The LR crops without the drawings."""
        return self.pictures[: len(self.lr) - self.drawings]

    @property
    def targets(self) -> Tensor:
        """The HR crops, float32 in [0, 1]."""
        return to_unit(torch.from_numpy(self.hr))

    @torch.inference_mode()
    def psnr(self, network: nn.Module) -> float:
        """The mean over the photographs of the PSNR in dB of what ``network`` makes."""
        made = network(self.photographs).clamp(0, 1)
        errors = (made - self.targets[: len(made)]).double().square().mean((1, 2, 3))
        return float(-10 * torch.log10(errors.clamp(min=1e-12)).mean())


def calibration_set(
    sources: Sequence[str | Path],
    *,
    scale: int,
    recipe: str = "bicubic",
    crop: int = CROP,
    crops: int = CROPS,
    seed: int = _SEED,
) -> Calibration:
    """``crops`` crops of ``crop`` LR pixels a side, degraded by ``recipe``; the same every time.

    A few drawings follow. ``sources`` are training sets, folders or pictures, of which some,
    evenly spread, are read; or one manifest (.jsonl) of pairs, whose drawings are degraded
    bicubically. Raises DataError for a test set and where nothing is large enough.
    """
    if Path(sources[0]).suffix == ".jsonl":
        pool = load_pairs(sources[0], scale=scale, crop=crop)
        recipe = "bicubic"
    else:
        pool = _degraded(sources, scale=scale, recipe=recipe, crop=crop, seed=seed)
    lr, hr = Sampler(pool, crop=crop, batch=crops, seed=seed).batch(0)
    drawn = np.stack([_drawing(crop, blot, seed) for blot in _BLOTS]).repeat(scale, 1)
    drawn = drawn.repeat(scale, 2)
    degrade = Recipe.load(recipe).apply
    shrunk = np.stack([degrade(drawing, scale=scale, seed=seed) for drawing in drawn])
    return Calibration(
        np.concatenate([lr, shrunk[:, None]]), np.concatenate([hr, drawn[:, None]]), len(drawn)
    )


def _drawing(side: int, blot: int, seed: int) -> NDArray[np.uint8]:
    """Black and white at random, in blots of that side, as uint8 (side, side)."""
    cells = -(-side // blot)
    noise = np.random.default_rng((seed, blot)).integers(0, 2, (cells, cells), dtype=np.uint8)
    return (noise * 255).repeat(blot, axis=0).repeat(blot, axis=1)[:side, :side]


def _degraded(
    sources: Sequence[str | Path], *, scale: int, recipe: str, crop: int, seed: int
) -> LumaPool:
    paths = training_pictures(sources)
    chosen = [paths[i * len(paths) // _PICTURES] for i in range(_PICTURES)]
    return build_pool(
        list(dict.fromkeys(chosen)),
        scale=scale,
        recipe=Recipe.load(recipe),
        crop=crop,
        seed=seed,
    )
