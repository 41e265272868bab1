"""Whether a run's folder is what its log says: counted, hashed, and a sample made again."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from srq.datasets.degrading.finish import HASHES, MANIFEST, META_INFO, REJECTS
from srq.datasets.degrading.part import RECORDS, Mark, log_path, read_log
from srq.datasets.degrading.plan import find_sources
from srq.datasets.degrading.settings import (
    RECIPE,
    SETTINGS,
    Settings,
    codec_versions,
    differing_versions,
    read_recipe,
    read_settings,
    writers,
)
from srq.datasets.degrading.work import plain, read_source, seed_of
from srq.datasets.lists import PICTURE_SUFFIXES
from srq.datasets.pictures import read_uint8
from srq.degrade import Recipe
from srq.degrade.output import Made, check_steps
from srq.errors import SrqError
from srq.files import read_text, sha256_file
from srq.image.io import decode
from srq.parallel.workers import map_in_processes

SAMPLE = 32
"""Sources that are degraded again, unless told otherwise."""

_STORED = {*PICTURE_SUFFIXES, ".avif", ".lmdb", ".tar"}

_CLOSE = 1
"""How far pixels may differ where the versions of codecs do."""


@dataclass(frozen=True)
class Verified:
    """What was looked at, and each thing that is not as it should be, as a sentence.

    again:    sources that were degraded once more.
    versions: those that differ from the run's; pixels may then differ by 1.
    """

    sources: int
    lows: int
    files: int
    again: int
    versions: tuple[str, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True)
class _Again:
    """Sources of a part to degrade once more."""

    out: Path
    settings: Settings
    recipe: Recipe
    part: str
    names: tuple[str, ...]
    versions: tuple[str, ...]


def verify(
    out: Path,
    *,
    sample: int | None = SAMPLE,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Verified:
    """Look at a whole run that srq data degrade has finished.

    Sources and pictures are counted, and the SHA-256 of each file taken. Of ``sample`` sources
    (None: all) the pictures are made again from the log, by ``jobs`` processes: a log that does
    not agree with the run's seed is found, and pixels that differ; by more than 1, where the
    versions of codecs are others. Raises DataError if ``out`` is no run.
    """
    settings = read_settings(out)
    recipe = read_recipe(out, settings)
    marks = [mark for path in _marks(out) if (mark := Mark.read(path)) is not None]
    marks.sort(key=lambda mark: _order(mark.sources[0].name))
    found = list(_sources(out, settings, marks))
    for mark in marks:
        found += _files(out, mark)
        try:
            lines = read_log(out, mark.part)
        except SrqError as error:
            found.append(str(error))
            continue
        found += _count(mark, lines, recipe, settings)
    found += _whole(out, settings, marks)
    found += _extra(out, settings, marks)
    here = codec_versions(recipe, writers(settings.format, settings.parquet))
    versions = tuple(differing_versions(settings, here))
    chosen = _chosen(marks, sample)
    again = [_Again(out, settings, recipe, part, names, versions) for part, names in chosen.items()]
    total, done = sum(map(len, chosen.values())), 0
    for item, differences in zip(again, map_in_processes(_make_again, again, jobs), strict=True):
        found += differences
        done += len(item.names)
        if progress is not None:
            progress(done, total)
    return Verified(
        sources=sum(len(mark.sources) for mark in marks),
        lows=sum(mark.lows for mark in marks),
        files=sum(len(mark.files) for mark in marks),
        again=total,
        versions=versions,
        differences=tuple(dict.fromkeys(found)),
    )


def _marks(out: Path) -> list[Path]:
    return sorted((out / RECORDS).glob("*.json"))


def _chosen(marks: Sequence[Mark], sample: int | None) -> dict[str, tuple[str, ...]]:
    """The sources to make again, by their parts: ``sample`` of them, or all."""
    made = [
        (mark.part, stamp.name)
        for mark in marks
        for stamp in mark.sources
        if stamp.name not in mark.rejected
    ]
    if sample is not None and sample < len(made):
        made = sorted(random.Random(0).sample(made, sample))
    chosen: dict[str, tuple[str, ...]] = {}
    for part, name in made:
        chosen[part] = (*chosen.get(part, ()), name)
    return chosen


def _order(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _sources(out: Path, settings: Settings, marks: Sequence[Mark]) -> Iterator[str]:
    """The sources that came, went, or changed."""
    folder = out / settings.source
    place = folder if settings.picture is None else folder / settings.picture
    known = Counter(stamp.name for mark in marks for stamp in mark.sources)
    for mark in marks:
        for stamp in mark.sources:
            path = folder / stamp.name
            try:
                if stamp.sha256 is not None and sha256_file(path) != stamp.sha256:
                    yield f"{path} is not the picture that was degraded."
            except SrqError:
                yield f"{path} is missing."
    yield from (f"{name!r} is in two parts." for name, count in known.items() if count > 1)
    try:
        _, sources = find_sources(place, out)
    except SrqError as error:
        yield str(error)
        return
    for source in sources:
        if source.name not in known:
            yield f"{folder / source.name} is not in the log."


def _files(out: Path, mark: Mark) -> Iterator[str]:
    """The files of a part that are missing, or not as they were committed."""
    for name, (_, digest) in mark.files.items():
        try:
            if sha256_file(out / name) != digest:
                yield f"{out / name} is not as it was written."
        except SrqError:
            yield f"{out / name} is missing."


def _count(
    mark: Mark, lines: Sequence[Mapping[str, Any]], recipe: Recipe, settings: Settings
) -> Iterator[str]:
    """Whether a log has each output of each source once, with the hash of its file.

    A source may be too small for some of the HR sizes.
    """
    outputs = recipe.outputs(settings.scale)
    made: dict[str, Counter[str]] = {
        stamp.name: Counter() for stamp in mark.sources if stamp.name not in mark.rejected
    }
    sizes: dict[str, set[str]] = {name: set() for name in made}
    digests = {stamp.name: stamp.sha256 for stamp in mark.sources}
    for line in lines:
        source = line["source"]
        if line["source_sha256"] != digests.get(source):
            yield f"The log of {source!r} is of another picture."
        sizes.setdefault(source, set()).add(line.get("hr_name", ""))
        for low in line["lr"]:
            made.setdefault(source, Counter())[low.get("output", "")] += 1
            size_and_digest = mark.files.get(low["path"])
            if "member" not in low and (
                size_and_digest is None or size_and_digest[1] != low["sha256"]
            ):
                yield f"The log of {source!r} does not agree with {low['path']}."
    for source, counts in made.items():
        wanted = Counter(output.name for output in outputs if output.hr in sizes[source])
        if counts != wanted or not counts:
            yield (
                f"The log has {counts.total()} LR pictures of {source!r}; "
                f"the recipe makes {wanted.total() or len(outputs)}."
            )


def _whole(out: Path, settings: Settings, marks: Sequence[Mark]) -> Iterator[str]:
    """Whether the manifest is all logs, and the list of hashes that of all files."""
    hashes = {name: digest for mark in marks for name, (_, digest) in mark.files.items()}
    names = [SETTINGS, RECIPE, MANIFEST, REJECTS]
    try:
        logs = (log_path(out, mark.part).read_bytes() for mark in marks)
        with open(out / MANIFEST, "rb") as manifest:
            same = all(manifest.read(len(log)) == log for log in logs) and not manifest.read(1)
        if not same:
            yield f"{out / MANIFEST} is not what the logs of the parts say."
        hashes |= {name: sha256_file(out / name) for name in names}
        if settings.format == "folder":
            hashes[META_INFO] = sha256_file(out / META_INFO)
        listed = read_text(out / HASHES, "The list of hashes").splitlines()
        if sorted(listed) != sorted(f"{digest}  {name}" for name, digest in hashes.items()):
            yield f"{out / HASHES} does not list just these files."
    except (OSError, SrqError):
        yield f"{out} is not finished; run srq data degrade again."


def _extra(out: Path, settings: Settings, marks: Sequence[Mark]) -> Iterator[str]:
    """Pictures and tars that are in the folder, but in no log."""
    known = {out / name for mark in marks for name in mark.files}
    sources = (out / settings.source).resolve()
    inside = sources.is_relative_to(out.resolve())
    for path in sorted(out.rglob("*")):
        if path.suffix.lower() not in _STORED or path in known:
            continue
        if not (inside and path.resolve().is_relative_to(sources)):
            yield f"{path} is in no log."


def _make_again(item: _Again) -> list[str]:
    """What differs where sources are degraded once more."""
    found: list[str] = []
    lines = read_log(item.out, item.part)
    for source in item.names:
        try:
            found += _differences(
                item, source, [line for line in lines if line["source"] == source]
            )
        except SrqError as error:
            found.append(f"{source!r} cannot be made again: {error}")
    return found


def _differences(item: _Again, source: str, lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    recipe, scale = item.recipe, item.settings.scale
    path = item.out / item.settings.source / source
    data, _ = read_source(path, source)
    seed = seed_of(item.settings, source)
    sizes = {line.get("hr_name", "") for line in lines}
    for hr_name, hr in recipe.highs(plain(decode(data, str(path))), scale):
        if hr_name not in sizes:
            yield f"The log lacks the HR size {hr_name!r} of {path}."
            continue
        sizes.remove(hr_name)
        mine = [line for line in lines if line.get("hr_name", "") == hr_name]
        for line in mine:
            height, width = hr.shape[:2]
            stored = read_uint8(item.out / line["hr"], line.get("hr_member"))
            if "hr_sha256" not in line:
                stored = stored[:height, :width]
            if stored.shape != hr.shape or (stored != hr).any():
                yield f"{line['hr']} is not the HR that {path} gives."
        recorded = {low.get("output", ""): low for line in mine for low in line["lr"]}
        for made in recipe.lows(hr, hr_name, scale=scale, seed=seed):
            low = recorded.get(made.output.name)
            if low is not None:
                yield from _difference(item, low, made)
    if sizes:
        yield f"The log has HR sizes of {path} that it is too small for: {sorted(sizes)}."


def _difference(item: _Again, low: Mapping[str, Any], made: Made) -> Iterator[str]:
    """How an LR of the log differs from the one just made."""
    name = f"{low['member']} in {low['path']}" if "member" in low else low["path"]
    pixels = read_uint8(item.out / low["path"], low.get("member"))
    try:
        check_steps(low["steps"], made.steps, name)
    except SrqError as error:
        yield str(error)
        return
    if pixels.shape != made.pixels.shape:
        yield f"{name} is not of the size that its HR gives."
        return
    far = int(np.abs(pixels.astype(np.int16) - made.pixels).max())
    if item.versions and far > _CLOSE:
        yield f"Cannot re-derive {name}: {'; '.join(item.versions)}."
    elif far and not item.versions:
        yield f"{name} is not what its line of the log gives: {far} codes apart."
