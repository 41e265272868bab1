"""Scores of many views, by several processes, each asked for once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from srq.datasets.curate.duplicates import HASH, HASH_VERSION, perceptual_hash
from srq.datasets.curate.kept import Kept
from srq.datasets.curate.recipe import CurationRecipe
from srq.datasets.curate.views import View, by_source, pixels_of
from srq.parallel.workers import map_in_processes

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Job:
    folder: str
    views: tuple[View, ...]
    recipe: CurationRecipe
    names: tuple[str, ...]


def measure(
    views: Sequence[View],
    names: Sequence[str],
    *,
    folder: str,
    recipe: CurationRecipe,
    kept: Kept,
    jobs: int,
    progress: Progress,
) -> dict[str, list[float]]:
    """The scores of each view by each of the scorers ``names`` (or HASH), in order.

    What ``kept`` has is not measured again; what is measured is added to it, picture by picture.
    """
    versions = {name: _version(recipe, name) for name in names}

    def known(view: View) -> Mapping[str, float] | None:
        values = {name: kept.get(f"{view.key} {versions[name]}") for name in names}
        return None if None in values.values() else values

    waiting = [view for view in views if known(view) is None]
    done = len(views) - len(waiting)
    progress(done, len(views))
    work = [_Job(folder, group, recipe, tuple(names)) for group in by_source(waiting)]
    for job, found in zip(work, map_in_processes(_measure, work, jobs), strict=True):
        new = {
            f"{view.key} {versions[name]}": value
            for view, values in zip(job.views, found, strict=True)
            for name, value in zip(names, values, strict=True)
        }
        kept.add(new)
        done += len(job.views)
        progress(done, len(views))
    return {name: [kept.get(f"{view.key} {versions[name]}") for view in views] for name in names}


def _version(recipe: CurationRecipe, name: str) -> str:
    """What a kept number is called: the scorer that made it, whatever the recipe calls it."""
    if name == HASH:
        return f"{HASH} {HASH_VERSION}"
    what = recipe.given.get(name) or name
    shown = what if isinstance(what, str) else name
    return f"{shown} {recipe.scorer(name).version}"


def _measure(job: _Job) -> list[tuple[float, ...]]:
    measures = [
        perceptual_hash if name == HASH else job.recipe.scorer(name).measure for name in job.names
    ]
    return [
        tuple(measure(pixels) for measure in measures)
        for pixels in pixels_of(job.folder, job.views)
    ]
