"""From pictures and a recipe to a pool of training pairs, by any number of processes."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL
from numpy.typing import NDArray

from srq.datasets.cache import load_pool, save_pool
from srq.datasets.pictures import read_uint8
from srq.datasets.pool import Luma, LumaPool, assemble
from srq.datasets.protocol import luma_of, modcrop
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError
from srq.files import sha256_file
from srq.image.resize import bicubic
from srq.parallel.workers import map_in_processes

Source = Path | str | NDArray[np.uint8]
Progress = Callable[[int, int], None]

# Raise it when the same inputs give other bytes than before: old caches are then left alone.
_VERSION = 1


@dataclass(frozen=True)
class _Job:
    """One picture's share of the work; it goes to a worker as it is."""

    source: Source
    scale: int
    recipe: Recipe
    crop: int
    augment_scales: tuple[float, ...]
    variants: int
    seed: int


@dataclass(frozen=True)
class _Done:
    groups: list[tuple[Luma, list[Luma]]]
    skipped: str | None


def build_pool(
    sources: Sequence[Source],
    *,
    scale: int,
    recipe: Recipe,
    crop: int,
    augment_scales: Sequence[float] = (1.0,),
    variants: int = 1,
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
    cache: Path | None = None,
) -> LumaPool:
    """Degrade every picture and hold the luma pairs, ready for a Sampler.

    ``sources`` are picture files or uint8 arrays (H, W) or (H, W, 3). Each picture is shrunk by
    each of ``augment_scales`` (0 < f <= 1, bicubic), cropped to a multiple of ``scale`` and
    degraded ``variants`` times with seeds of its own (once, if the recipe never varies). What
    is then smaller than ``crop`` LR pixels a side is left out; a picture of which nothing
    remains is named in ``skipped``. A picture's pairs depend on its pixels and the settings,
    not on its place among the others or the number of ``workers``. With ``cache``, a folder,
    the pool is stored there and found again. ``progress(done, total)`` is called after each
    picture.

    Raises ImageError for a file that is no picture and DataError if nothing is left.
    """
    _check(scale, crop, augment_scales, variants, workers)
    variants = variants if recipe.varies else 1
    settings = (scale, recipe, crop, tuple(augment_scales), variants, seed)
    key = _fingerprint(sources, *settings)
    if cache is not None and (pool := load_pool(cache, key)) is not None:
        return pool
    jobs = [_Job(source, *settings) for source in sources]
    groups: list[tuple[Luma, list[Luma]]] = []
    skipped: list[str] = []
    for number, done in enumerate(map_in_processes(_degrade, jobs, workers), 1):
        groups += done.groups
        if done.skipped:
            skipped.append(done.skipped)
        if progress is not None:
            progress(number, len(jobs))
    pool = assemble(groups, scale=scale, fingerprint=key, skipped=skipped)
    if cache is not None:
        save_pool(pool, cache)
    return pool


def _check(
    scale: int, crop: int, augment_scales: Sequence[float], variants: int, workers: int
) -> None:
    for name, number in (("scale", scale), ("crop", crop), ("variants", variants)):
        if number < 1:
            raise ConfigError(f"'{name}' must be at least 1, not {number}.")
    if workers < 1:
        raise ConfigError(f"'workers' must be at least 1, not {workers}.")
    if not augment_scales or not all(0 < factor <= 1 for factor in augment_scales):
        raise ConfigError(
            "'augment_scales' must be one or more numbers above 0 and up to 1, "
            f"not {list(augment_scales)}."
        )


def _degrade(job: _Job) -> _Done:
    picture = _pixels(job.source)
    identity = int.from_bytes(hashlib.sha256(picture.tobytes()).digest()[:8], "big")
    height, width = picture.shape[:2]
    if job.recipe.space == "luma":
        picture = luma_of(picture)
    groups: list[tuple[Luma, list[Luma]]] = []
    for factor in job.augment_scales:
        ratio = Fraction(str(factor))
        # MATLAB's size: ceil(ratio * n). Too small a picture is not worth shrinking.
        sides = [-(-ratio.numerator * side // ratio.denominator) for side in (height, width)]
        if min(sides) < job.crop * job.scale:
            continue
        hr = modcrop(picture if ratio == 1 else bicubic(picture, scale=ratio), job.scale)
        seeds = (
            (job.seed, identity, ratio.numerator, ratio.denominator, variant)
            for variant in range(job.variants)
        )
        lrs = [luma_of(job.recipe.apply(hr, scale=job.scale, seed=seed)) for seed in seeds]
        groups.append((luma_of(hr), lrs))
    skipped = None
    if not groups:
        name = job.source if isinstance(job.source, Path | str) else "A picture"
        need = job.crop * job.scale
        skipped = f"{name} ({width}x{height}) is smaller than a crop of {need}x{need}."
    return _Done(groups, skipped)


def _pixels(source: Source) -> NDArray[np.uint8]:
    if isinstance(source, Path | str):
        return read_uint8(source)
    if source.dtype != np.uint8 or source.ndim not in (2, 3) or source.shape[2:] not in ((), (3,)):
        raise DataError(
            "A training picture must be uint8 of shape (H, W) or (H, W, 3), "
            f"not {source.dtype} of {source.shape}."
        )
    return source


def _fingerprint(
    sources: Sequence[Source],
    scale: int,
    recipe: Recipe,
    crop: int,
    augment_scales: tuple[float, ...],
    variants: int,
    seed: int,
) -> str:
    record = {
        "version": _VERSION,
        # JPEG bytes are the codec's, and noise is NumPy's.
        "pillow": PIL.__version__,
        "numpy": np.__version__,
        "sources": [_source_hash(source) for source in sources],
        "scale": scale,
        "recipe": recipe.fingerprint,
        "crop": crop,
        "augment_scales": augment_scales,
        "variants": variants,
        "seed": seed,
    }
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _source_hash(source: Source) -> str:
    if isinstance(source, Path | str):
        return sha256_file(source)
    return hashlib.sha256(repr(source.shape).encode() + source.tobytes()).hexdigest()
