"""What commands do alike with a picture or a folder of pictures: plan, and tell of the end."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from srq.batch.jobs import Job, default_folder, left_out, plan_jobs
from srq.batch.run import Existing, Result, Status
from srq.cli.pictures_left_out import LeftOut, entries, explained, tell, without_missing
from srq.errors import DataError

if TYPE_CHECKING:
    from rich.console import Console

_MOST_PIXELS = 1 << 30


def existing_of(*, skip: bool, force: bool) -> Existing:
    """What ``--skip-existing`` and ``--force`` ask for."""
    return Existing.SKIP if skip else Existing.REPLACE if force else Existing.REFUSE


def planned(
    source: Path,
    target: Path | None,
    *,
    ending: str,
    recursive: bool,
    suffix: str | None,
    errors: "Console",
    share: Callable[[Sequence[Job]], Sequence[Job]] = lambda jobs: jobs,
) -> tuple[Sequence[Job], list[LeftOut]]:
    """The jobs for a picture or a folder, of these a ``share``, and what is left out of the folder,
    which is told. Raises as ``plan_jobs`` does."""
    # Pillow's limit guards servers; here a person names files of their own.
    Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, _MOST_PIXELS // 2)
    rest: list[LeftOut] = []
    if source.is_dir():
        place = target or default_folder(source, ending)
        rest = explained(left_out(source, place, recursive=recursive))
    try:
        jobs = plan_jobs(source, target, ending=ending, recursive=recursive, suffix=suffix)
    except DataError:
        tell(rest, errors)
        raise
    shared = share(jobs)
    if source.is_dir():
        shared, missing = without_missing(shared)
        rest = missing + rest
        tell(rest, errors)
    return shared, rest


def summary_of(
    results: Sequence[Result],
    rest: Sequence[LeftOut],
    seconds: float,
    say: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """The end of all jobs, for machines; ``say`` tells of a result's detail."""
    pixels = sum(result.size[0] * result.size[1] for result in results if result.size)
    return {
        "seconds": seconds,
        "megapixels": pixels / 1e6,
        **{status.value: sum(one.status is status for one in results) for status in Status},
        "pictures": [_entry(result, say) for result in results],
        "left_out": entries(rest),
    }


def _entry(result: Result, say: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "source": str(result.job.source),
        "target": str(result.job.target),
        "state": result.status.value,
    }
    if result.size is not None:
        entry |= {"height": result.size[0], "width": result.size[1], "seconds": result.seconds}
    if result.detail is not None:
        entry |= say(result.detail)
    if result.sentence is not None:
        entry["sentence"] = result.sentence
    return entry


def sentence_of(summary: dict[str, Any]) -> str:
    """The same for people, of a folder."""
    counts = ", ".join(f"{summary[state]} {state}" for state in ("done", "skipped", "failed"))
    speed = summary["megapixels"] / max(summary["seconds"], 1e-9)
    if summary["left_out"]:
        counts += f", {len(summary['left_out'])} left out"
    return f"{counts}; {summary['seconds']:.1f} s, {speed:.2f} megapixels/s written."
