"""The pictures that formats are chosen on: crops of training pictures, never of a test set."""

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


@dataclass(frozen=True, eq=False)
class Calibration:
    """Crops of luma: ``lr`` uint8 (N, 1, h, w) and ``hr`` uint8 (N, 1, s*h, s*w)."""

    lr: NDArray[np.uint8]
    hr: NDArray[np.uint8]

    @property
    def pictures(self) -> Tensor:
        """The LR crops as a network reads them: float32 in [0, 1]."""
        return to_unit(torch.from_numpy(self.lr))

    @torch.inference_mode()
    def error(self, network: nn.Module) -> float:
        """The mean squared error of what ``network`` makes, in code values squared."""
        made = network(self.pictures).clamp(0, 1)
        return float((made - to_unit(torch.from_numpy(self.hr))).double().square().mean()) * 255**2

    def psnr(self, network: nn.Module) -> float:
        """The PSNR in dB over all pixels of all crops."""
        return float(10 * np.log10(255**2 / max(self.error(network), 1e-12)))


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

    ``sources`` are training sets, folders or pictures, of which some, evenly spread, are read;
    or one manifest (.jsonl) of pairs, and ``recipe`` has no meaning. Raises DataError for a test
    set and where nothing is large enough.
    """
    if Path(sources[0]).suffix == ".jsonl":
        pool = load_pairs(sources[0], scale=scale, crop=crop)
    else:
        pool = _degraded(sources, scale=scale, recipe=recipe, crop=crop, seed=seed)
    return Calibration(*Sampler(pool, crop=crop, batch=crops, seed=seed).batch(0))


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
