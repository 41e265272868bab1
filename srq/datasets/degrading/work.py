"""One source, read and degraded: the files made of it and its lines in the log, or why not."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.datasets.degrading.layout import Layout, Place, key_of
from srq.datasets.degrading.plan import Source, name_hash
from srq.datasets.degrading.settings import Settings
from srq.degrade import Recipe
from srq.errors import ConfigError, MissingDependencyError, SrqError
from srq.files import storage_error
from srq.image.depth import to_depth
from srq.image.io import Picture, decode, encode


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to degrade one source; ``folder`` holds the sources, and ``container``
    is the file of its part, if the run has such."""

    folder: Path
    source: Source
    container: str
    recipe: Recipe
    settings: Settings
    layout: Layout


@dataclass(frozen=True, slots=True)
class Stamp:
    """A source as it was read; ``sha256`` is None if it could not be."""

    name: str
    size: int
    time: int
    sha256: str | None


@dataclass(frozen=True)
class Outcome:
    """What came of a source: files by their places and lines for the log, or the reason that it
    was rejected."""

    stamp: Stamp
    files: tuple[tuple[Place, bytes], ...] = ()
    lines: tuple[dict[str, Any], ...] = ()
    reason: str | None = None


def degrade_source(job: Job) -> Outcome:
    """All that a run makes of one source. A source that is no picture, or too small, or does not
    fit into the memory, is rejected; the reason says nothing of the folder, as nothing in a run
    does."""
    path = job.folder / job.source.name
    stamp = Stamp(job.source.name, 0, 0, None)
    try:
        data, stamp = read_source(path, job.source.name)
        files: list[tuple[Place, bytes]] = []
        lines = list(_lines(job, decode(data, job.source.name), stamp, files))
    except (ConfigError, MissingDependencyError):
        raise  # No other source would fare better.
    except SrqError as error:
        return Outcome(stamp, reason=str(error))
    except MemoryError:
        return Outcome(stamp, reason=f"{job.source.name} does not fit into the memory.")
    except Exception as error:
        error.add_note(f"while {path} was degraded")
        raise
    return Outcome(stamp, tuple(files), tuple(lines))


def read_source(path: Path, name: str) -> tuple[bytes, Stamp]:
    """The bytes of a source, and what tells whether they change; StorageError."""
    try:
        status = path.stat()
        data = path.read_bytes()
    except OSError as error:
        raise storage_error("read", name, error) from error
    digest = hashlib.sha256(data).hexdigest()
    return data, Stamp(name, status.st_size, status.st_mtime_ns, digest)


def plain(picture: Picture) -> NDArray[np.uint8]:
    """The pixels that are degraded: 8 bits, without alpha."""
    return to_depth(picture.pixels, np.uint8)


def seed_of(settings: Settings, name: str) -> tuple[int, int]:
    """The seed of the source called ``name``: the run's, and one of its name."""
    return settings.seed, name_hash(name)


def _lines(
    job: Job, picture: Picture, stamp: Stamp, files: list[tuple[Place, bytes]]
) -> Iterator[dict[str, Any]]:
    """The source's lines, one for each HR and scale; what they name is added to ``files``."""
    settings, recipe = job.settings, job.recipe
    assert stamp.sha256 is not None
    key = key_of(job.source, stamp.sha256)
    pixels = plain(picture)
    first = len(files)
    made_lines: list[dict[str, Any]] = []
    for hr_name, hr in recipe.highs(pixels, settings.scale):
        high = _high(job, picture, pixels, hr_name, hr, key, files)
        by_scale: dict[int, list[dict[str, Any]]] = {}
        seed = seed_of(settings, job.source.name)
        for made in recipe.lows(hr, hr_name, scale=settings.scale, seed=seed):
            if settings.streams and made.stream is not None:
                data, suffix = made.stream, made.suffix
            else:
                data, suffix = _png(picture, made.pixels), ".png"
            place = job.layout.low(job.container, job.source, key, made.output.name, suffix)
            files.append((place, data))
            low: dict[str, Any] = {"path": place.path}
            if place.member is not None:
                low["member"] = place.member
            if made.output.name:
                low["output"] = made.output.name
            low |= {
                "sha256": hashlib.sha256(data).hexdigest(),
                "recipe": recipe.name,
                "seed": settings.seed,
                "steps": list(made.steps),
            }
            by_scale.setdefault(made.output.scale, []).append(low)
        made_lines += [
            {
                **high,
                "scale": scale,
                "source": job.source.name,
                "source_sha256": stamp.sha256,
                "lr": lows,
            }
            for scale, lows in by_scale.items()
        ]
    if job.layout.format != "folder" and len(files) > first:
        text = json.dumps(made_lines) + "\n"
        files.append((Place(job.container, f"{key}.json"), text.encode()))
    yield from made_lines


def _high(
    job: Job,
    picture: Picture,
    pixels: NDArray[np.uint8],
    name: str,
    hr: NDArray[np.uint8],
    key: str,
    files: list[tuple[Place, bytes]],
) -> dict[str, Any]:
    """Where the HR of a line is found: in the source itself if it has these pixels, or stored."""
    record: dict[str, Any] = {}
    height, width = hr.shape[:2]
    high, wide = pixels.shape[:2]
    cut = pixels[:height, :width]
    if not job.settings.hr and np.array_equal(cut, hr):
        record["hr"] = f"{job.settings.source}/{job.source.name}"
        if any(
            (high // output.scale, wide // output.scale)
            != (height // output.scale, width // output.scale)
            for output in job.recipe.outputs(job.settings.scale)
        ):
            record["hr_size"] = [height, width]
    else:
        data = _png(picture, hr)
        place = job.layout.high(job.container, job.source, key, name)
        files.append((place, data))
        record["hr"] = place.path
        if place.member is not None:
            record["hr_member"] = place.member
        record["hr_sha256"] = hashlib.sha256(data).hexdigest()
    if name:
        record["hr_name"] = name
    return record


def _png(picture: Picture, pixels: NDArray[np.uint8]) -> bytes:
    return encode(replace(picture, pixels=pixels, alpha=None), ".png")
