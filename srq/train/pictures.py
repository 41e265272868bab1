"""The training pairs that a configuration names."""

import time
from collections.abc import Callable
from pathlib import Path

from srq.datasets.build import build_pool
from srq.datasets.lists import training_pictures
from srq.datasets.paired import load_pairs
from srq.datasets.pool import LumaPool
from srq.degrade import Recipe
from srq.errors import ConfigError
from srq.train.config import DataConfig, TrainConfig

_MANIFEST = ".jsonl"


def manifest_of(data: DataConfig) -> str | None:
    """The manifest that ``data.train`` names, None if it names none.

    A manifest brings pairs that were made before, so it stands alone; else ConfigError.
    """
    manifests = [name for name in data.train if Path(name).suffix == _MANIFEST]
    if manifests and len(data.train) > 1:
        raise ConfigError(
            f"'data.train' names the manifest {manifests[0]} among others; a manifest must stand "
            "alone, so write all pairs into one."
        )
    return manifests[0] if manifests else None


def training_pool(
    config: TrainConfig, workers: int, say: Callable[[str], object] = lambda sentence: None
) -> LumaPool:
    """All LR and HR luma of ``config.data``, prepared by ``workers`` processes.

    ``say`` is told when it begins, what is left out, and when it ends. Raises SrqError for
    pictures that are missing, damaged or all too small, and as ``manifest_of`` does.
    """
    data, scale = config.data, config.model.scale
    manifest = manifest_of(data)
    say(f"Preparing the pictures of {', '.join(data.train)}.")
    begun = time.monotonic()
    if manifest is not None:
        pool = load_pairs(manifest, scale=scale, crop=data.crop, workers=workers)
    else:
        pool = build_pool(
            training_pictures(data.train),
            scale=scale,
            recipe=Recipe.load(data.recipe),
            crop=data.crop,
            augment_scales=data.augment_scales,
            variants=data.variants,
            seed=config.seed,
            workers=workers,
            cache=Path(data.cache) if data.cache else None,
        )
    if pool.skipped:
        say(f"{len(pool.skipped)} pictures are left out: {pool.skipped[0]}")
    say(f"{len(pool)} pictures are ready, after {time.monotonic() - begun:.1f} s.")
    return pool
