"""A run: all parts made, or a share of them, by processes of this machine or by Ray."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from srq.datasets.degrading.finish import finish
from srq.datasets.degrading.layout import Layout, container_of, layout_of
from srq.datasets.degrading.part import Mark, commit, is_done
from srq.datasets.degrading.plan import PART, Part, cut_into_parts, find_sources
from srq.datasets.degrading.settings import Format, Settings, claim, codec_versions, writers
from srq.datasets.degrading.work import Job, degrade_source
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError
from srq.parallel.ray import map_over_ray
from srq.parallel.shards import Shard
from srq.parallel.workers import map_in_processes

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Summary:
    """What a run did.

    written:  LR pictures made now.
    kept:     LR pictures that were there.
    rejected: the reason for each source, of this share, of which nothing was made.
    missing:  parts that other shares have not made yet.
    manifest: the manifest; None as long as parts are missing.
    tree:     the SHA-256 over the hashes of all files; None likewise.
    """

    written: int
    kept: int
    rejected: dict[str, str]
    missing: int
    manifest: Path | None
    tree: str | None


@dataclass(frozen=True)
class _Run:
    folder: Path
    out: Path
    recipe: Recipe
    settings: Settings
    layout: Layout

    def jobs(self, part: Part) -> list[Job]:
        container = container_of(part, self.settings.format)
        return [
            Job(self.folder, source, container, self.recipe, self.settings, self.layout)
            for source in part.sources
        ]


def degrade(
    source: Path,
    out: Path,
    *,
    recipe: Recipe,
    scale: int,
    seed: int = 0,
    jobs: int = 1,
    shard: Shard | None = None,
    ray: str | None = None,
    form: Format = "folder",
    hr: bool = False,
    streams: bool = False,
    part: int = PART,
    parquet: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Degrade each picture of ``source`` (a folder with all below it, or one picture) into
    ``out``, by a recipe.

    A picture's seed comes of ``seed`` and its path below ``source``, so that neither other
    pictures nor the number of ``jobs`` (processes) or shares change its bytes. HR pictures are
    taken as 8 bits, without alpha. Parts that are there already, whole and of the same sources,
    are kept, so an interrupted run goes on where it stopped; ``out``/degrade.json remembers the
    settings, and others are refused. A picture that cannot be used is rejected, and the rest
    finished.

    ``shard`` is the share to make; whoever makes the last part writes the manifest. ``ray`` is
    the address of a cluster ("auto", HOST:PORT, or "local" for one on this machine), which makes
    a part a task. ``form``, ``hr``, ``streams``, ``part`` and ``parquet`` are as in ``Settings``.
    ``progress(done, total)`` counts sources.

    Raises DataError if there is no picture, none can be used, or ``out`` is of other settings;
    StorageError where the file system refuses to write.
    """
    _check({"scale": (scale, 1), "seed": (seed, 0), "part": (part, 1), "jobs": (jobs, 1)})
    if ray is not None and jobs > 1:
        raise ConfigError("A Ray cluster has processes of its own; leave 'jobs' out.")
    # What is not installed is missed now, not after the first part.
    if parquet:
        import pyarrow  # noqa: F401
    if form == "lmdb":
        import lmdb  # noqa: F401
    folder, sources = find_sources(source, out)
    settings = Settings(
        recipe=recipe.name,
        recipe_sha256=recipe.fingerprint,
        scale=scale,
        seed=seed,
        source=_seen_from(out, folder),
        picture=None if source.is_dir() else source.name,
        format=form,
        hr=hr,
        streams=streams,
        part=part,
        parquet=parquet,
        versions=codec_versions(recipe, writers(form, parquet)),
    )
    layout = layout_of(recipe, scale, form, hr=hr)
    claim(out, settings, recipe, layout.places(out, sources))
    if ray is not None:  # Its tasks run in another folder.
        folder, out = folder.resolve(), out.resolve()
    run = _Run(folder, out, recipe, settings, layout)
    parts = cut_into_parts(sources, part)
    mine = parts if shard is None else shard.of(parts)
    done = {each.id: _counted(is_done(out, folder, each)) for each in parts}
    kept = {each.id: done[each.id] for each in mine if done[each.id]}
    waiting = [each for each in mine if each.id not in kept]
    for mark in _made(run, waiting, jobs, ray, _Counter(progress, mine, waiting)):
        done[mark.part] = _counted(mark)
    for each in parts:  # Other shares may have ended meanwhile.
        done[each.id] = done[each.id] or _counted(is_done(out, folder, each))
    missing = sum(counts is None for counts in done.values())
    manifest, tree = (None, None) if missing else _finish(run, done)
    return Summary(
        written=_lows(done[each.id] for each in waiting),
        kept=_lows(kept.values()),
        rejected=_rejected(done[each.id] for each in mine),
        missing=missing,
        manifest=manifest,
        tree=tree,
    )


def _check(least: Mapping[str, tuple[int, int]]) -> None:
    for name, (number, low) in least.items():
        if number < low:
            raise ConfigError(f"'{name}' must be at least {low}, not {number}.")


def _finish(run: _Run, done: Mapping[str, "_Counts | None"]) -> tuple[Path, str]:
    if not _lows(done.values()):
        reasons = _rejected(done.values())
        why = next(iter(reasons.values()))
        raise DataError(f"None of the {len(reasons)} pictures could be used: {why}")
    return finish(run.out, run.settings, tuple(done))


@dataclass(frozen=True)
class _Counts:
    """What stays in memory of a part: a mark names every file."""

    lows: int
    rejected: Mapping[str, str]


def _lows(parts: Iterable[_Counts | None]) -> int:
    return sum(counts.lows for counts in parts if counts is not None)


def _rejected(parts: Iterable[_Counts | None]) -> dict[str, str]:
    return {
        name: reason
        for counts in parts
        if counts is not None
        for name, reason in counts.rejected.items()
    }


def _counted(mark: Mark | None) -> _Counts | None:
    return None if mark is None else _Counts(mark.lows, mark.rejected)


def _seen_from(out: Path, folder: Path) -> str:
    """``folder`` as it reads from ``out``, so that both may be moved together."""
    try:
        return Path(os.path.relpath(folder, out)).as_posix()
    except ValueError:  # Two drives of Windows have no way between them.
        return folder.resolve().as_posix()


class _Counter:
    """Tells a progress callback of sources, those of parts that are kept first."""

    def __init__(
        self, progress: Progress | None, parts: Sequence[Part], waiting: Sequence[Part]
    ) -> None:
        self._progress = progress
        self._total = sum(len(part.sources) for part in parts)
        self._done = self._total - sum(len(part.sources) for part in waiting)
        self.add(0)

    def add(self, sources: int) -> None:
        self._done += sources
        if self._progress is not None:
            self._progress(self._done, self._total)


def _made(
    run: _Run, parts: Sequence[Part], jobs: int, ray: str | None, counter: _Counter
) -> Iterator[Mark]:
    """The marks of the parts, as they are committed."""
    if ray is not None:
        for part, mark in map_over_ray(partial(_make, run), parts, ray):
            counter.add(len(part.sources))
            yield mark
        return
    # One stream of sources over all parts keeps the workers busy where parts meet.
    waiting = (job for part in parts for job in run.jobs(part))
    sources = sum(len(part.sources) for part in parts)
    outcomes = map_in_processes(degrade_source, waiting, min(jobs, sources))
    for part in parts:
        yield commit(run.out, part, run.settings, islice(outcomes, len(part.sources)))
        counter.add(len(part.sources))


def _make(run: _Run, part: Part) -> Mark:
    """A whole part, made here."""
    return commit(run.out, part, run.settings, map(degrade_source, run.jobs(part)))
