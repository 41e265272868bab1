"""The training pairs that a configuration names."""

from pathlib import Path

from srq.datasets.build import build_pool
from srq.datasets.lists import training_pictures
from srq.datasets.paired import load_pairs
from srq.datasets.pool import LumaPool
from srq.degrade import Recipe
from srq.errors import ConfigError
from srq.train.config import TrainConfig

_MANIFEST = ".jsonl"


def training_pool(config: TrainConfig, workers: int) -> LumaPool:
    """All LR and HR luma of ``config.data``, prepared by ``workers`` processes.

    A manifest brings pairs that were made before, so it stands alone. Raises ConfigError
    where it does not, and SrqError for pictures that are missing, damaged or all too small.
    """
    data, scale = config.data, config.model.scale
    manifests = [name for name in data.train if Path(name).suffix == _MANIFEST]
    if not manifests:
        return build_pool(
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
    if len(data.train) > 1:
        raise ConfigError(
            f"'data.train' names the manifest {manifests[0]} among others; a manifest must stand "
            "alone, so write all pairs into one."
        )
    return load_pairs(manifests[0], scale=scale, crop=data.crop, workers=workers)
