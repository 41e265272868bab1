"""An LR picture file for every HR picture of a folder, and the manifest that pairs them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from srq.datasets.build import Progress
from srq.datasets.lists import pictures_in
from srq.datasets.manifest import Entry, LowRes, write_manifest
from srq.datasets.protocol import modcrop
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError
from srq.files import storage_error, write_bytes, write_text
from srq.image.depth import to_depth
from srq.image.io import encode, read
from srq.parallel.workers import map_in_processes

MANIFEST = "manifest.jsonl"
SETTINGS = "degrade.json"


@dataclass(frozen=True)
class Summary:
    """What ``degrade_folder`` did: pictures written, pictures found done, and the manifest."""

    written: int
    kept: int
    manifest: Path


@dataclass(frozen=True)
class _Job:
    hr: Path
    lr: Path
    recipe: Recipe
    scale: int
    seed: tuple[int, int]


def degrade_folder(
    source: Path,
    out: Path,
    *,
    recipe: Recipe,
    scale: int,
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
) -> Summary:
    """Write ``out``/NAME.png, degraded, for each picture NAME in ``source`` (a folder with all
    below it, or one picture), and ``out``/manifest.jsonl once all are there.

    Each picture's seed comes of ``seed`` and its path below ``source``, so that neither other
    pictures nor the number of ``workers`` change its bytes. HR pictures are cropped to a
    multiple of ``scale`` and taken as 8 bits, without alpha. Pictures already written are
    kept if they are newer than their HR, so an interrupted run goes on where it stopped;
    ``out``/degrade.json remembers the settings, and other settings are refused.

    Raises DataError if there is no picture, two would take one name, or ``out`` is of another
    recipe, scale or seed; ImageError for a file that is no picture.
    """
    if scale < 1 or seed < 0:
        raise ConfigError(f"A scale must be at least 1 and a seed 0, not {scale} and {seed}.")
    pairs = list(_names(source, out))
    _claim(out, recipe, scale, seed, [lr for _, lr, _ in pairs])
    jobs = [_Job(hr, lr, recipe, scale, (seed, _number(name))) for hr, lr, name in pairs]
    waiting = [job for job in jobs if not _is_done(job)]
    kept = len(jobs) - len(waiting)
    if progress is not None:
        progress(kept, len(jobs))
    for number, data in enumerate(map_in_processes(_degrade, waiting, workers), kept + 1):
        write_bytes(waiting[number - kept - 1].lr, data)
        if progress is not None:
            progress(number, len(jobs))
    write_manifest(out / MANIFEST, (_entry(job, seed) for job in jobs))
    return Summary(len(waiting), kept, out / MANIFEST)


def _names(source: Path, out: Path) -> Iterator[tuple[Path, Path, str]]:
    """Each HR file, its LR file, and its name below ``source``."""
    if source.is_dir():
        if source.resolve() == out.resolve():
            raise DataError(f"{out} is the folder of the HR pictures; name another for the LR.")
        # An LR folder inside the HR folder is not to be degraded again.
        found = [path for path in pictures_in(source) if not _is_below(path, out)]
        if not found:
            raise DataError(f"{source} holds no pictures but those of {out}; name another folder.")
        names = [path.relative_to(source) for path in found]
    elif source.is_file():
        found, names = [source], [Path(source.name)]
    else:
        raise DataError(f"{source} is neither a folder nor a picture that exists.")
    owners: dict[Path, Path] = {}
    for hr, name in zip(found, names, strict=True):
        lr = out / name.with_suffix(".png")
        if lr in owners:
            raise DataError(f"{owners[lr]} and {hr} would both be written to {lr}; rename one.")
        owners[lr] = hr
        yield hr, lr, name.as_posix()


def _is_below(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def _claim(out: Path, recipe: Recipe, scale: int, seed: int, lrs: Sequence[Path]) -> None:
    """Leave the settings in ``out``, or see that those of an earlier run are the same."""
    settings = {
        "recipe": recipe.name,
        "recipe_sha256": recipe.fingerprint,
        "scale": scale,
        "seed": seed,
    }
    path = out / SETTINGS
    try:
        earlier = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        foreign = next((lr for lr in lrs if lr.exists()), None)
        if foreign is not None:
            raise DataError(
                f"{foreign} is there already and not from here; choose another folder."
            ) from None
        write_text(path, json.dumps(settings, indent=2) + "\n")
        return
    except OSError as error:
        raise storage_error("read", path, error) from error
    except ValueError:
        raise DataError(f"{path} is damaged; remove {out} or choose another folder.") from None
    if earlier != settings:
        raise DataError(
            f"{out} holds pictures of another recipe, scale or seed (see {SETTINGS} there); "
            "choose another folder."
        )


def _is_done(job: _Job) -> bool:
    try:
        return job.lr.stat().st_mtime_ns >= job.hr.stat().st_mtime_ns
    except FileNotFoundError:
        return False


def _degrade(job: _Job) -> bytes:
    """The LR picture as a PNG file."""
    picture = read(job.hr)
    hr = modcrop(to_depth(picture.pixels, np.uint8), job.scale)
    lr = job.recipe.apply(hr, scale=job.scale, seed=job.seed)
    return encode(replace(picture, pixels=lr, alpha=None), ".png")


def _entry(job: _Job, seed: int) -> Entry:
    steps = tuple(step.record() for step in job.recipe.draw(job.seed))
    return Entry(job.hr, job.scale, (LowRes(job.lr, job.recipe.name, seed, steps),))
