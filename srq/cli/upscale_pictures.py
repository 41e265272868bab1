"""What ``srq upscale`` does with pictures and folders of them."""

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from srq.batch.jobs import default_folder, left_out, plan_jobs
from srq.batch.run import Existing, Result, Status
from srq.cli.pictures_left_out import LeftOut, entries, explained, tell, without_missing
from srq.cli.pictures_progress import display
from srq.cli.upscale_choice import choice_lines, network_of
from srq.errors import ConfigError, DataError
from srq.upscaling.batch import upscale_files
from srq.upscaling.enlarge import Size
from srq.upscaling.shard import record_shard

if TYPE_CHECKING:
    from rich.console import Console

    from srq.parallel.shards import Shard
    from srq.upscaling.networks import Networks

_MOST_PIXELS = 1 << 30


def run_pictures(
    source: Path,
    target: Path | None,
    networks: "Networks",
    *,
    recursive: bool,
    suffix: str | None,
    skip: bool,
    force: bool,
    quality: int,
    width: int | None,
    height: int | None,
    workers: int,
    shard: "Shard | None",
    screen: "Console",
    errors: "Console",
) -> dict[str, Any]:
    """Upscale a picture or a folder and tell of it; the summary for machines."""
    # Pillow's limit guards servers; here a person names files of their own.
    Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, _MOST_PIXELS // 2)
    existing = Existing.SKIP if skip else Existing.REPLACE if force else Existing.REFUSE
    ending = f"-x{networks.scale}"
    rest: list[LeftOut] = []
    if source.is_dir():
        place = target or default_folder(source, ending)
        rest = explained(left_out(source, place, recursive=recursive))
    try:
        planned = plan_jobs(source, target, ending=ending, recursive=recursive, suffix=suffix)
    except DataError:
        tell(rest, errors)
        raise
    folder = None
    if shard is not None:
        if not source.is_dir():
            raise ConfigError(f"A shard is of a folder or a video, and {source} is one picture.")
        folder = target or default_folder(source, ending)
        planned = shard.of(planned)
    if source.is_dir():
        planned, missing = without_missing(planned)
        rest = missing + rest
        tell(rest, errors)
    started = time.perf_counter()
    with display(planned, screen, errors) as watcher:
        results = upscale_files(
            planned, networks, workers=workers, existing=existing, quality=quality,
            size=Size(width, height), watcher=watcher,
        )  # fmt: skip
    if shard is not None and folder is not None:
        choices = {
            "fingerprint": networks.fingerprint(),
            "scale": networks.scale,
            "recursive": recursive,
            "suffix": suffix,
            "quality": quality,
            "width": width,
            "height": height,
        }
        record_shard(folder, shard, choices, results)
    summary = _summary(networks, results, time.perf_counter() - started)
    summary["left_out"] = entries(rest)
    taken = [result.detail for result in results if result.detail is not None]
    for sentence in choice_lines(taken):
        screen.print(sentence, markup=False, soft_wrap=True)
    if source.is_dir():
        screen.print(_sentence(summary), markup=False, soft_wrap=True)
    return summary


def _summary(networks: "Networks", results: list[Result], seconds: float) -> dict[str, Any]:
    counts = {status.value: sum(result.status is status for result in results) for status in Status}
    pixels = sum(result.size[0] * result.size[1] for result in results if result.size)
    taken = [result.detail for result in results if result.detail]
    each = {one.model: one.engine.program.fingerprint for one in taken}
    used = Counter(one.model for one in taken)
    only = networks.only
    return {
        "model": networks.model,
        **({} if only is None else {"fingerprint": only.program.fingerprint}),
        "scale": networks.scale,
        "engine": networks.engine,
        "networks": [
            {"model": name, "fingerprint": fingerprint, "pictures": used[name]}
            for name, fingerprint in each.items()
        ],
        "seconds": seconds,
        "megapixels": pixels / 1e6,
        **counts,
        "pictures": [_entry(result) for result in results],
    }


def _entry(result: Result) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "source": str(result.job.source),
        "target": str(result.job.target),
        "state": result.status.value,
    }
    if result.size is not None:
        entry |= {"height": result.size[0], "width": result.size[1], "seconds": result.seconds}
    if result.detail is not None:
        entry |= network_of(result.detail)
    if result.sentence is not None:
        entry["sentence"] = result.sentence
    return entry


def _sentence(summary: dict[str, Any]) -> str:
    counts = ", ".join(f"{summary[state]} {state}" for state in ("done", "skipped", "failed"))
    speed = summary["megapixels"] / max(summary["seconds"], 1e-9)
    if summary["left_out"]:
        counts += f", {len(summary['left_out'])} left out"
    return f"{counts}; {summary['seconds']:.1f} s, {speed:.2f} megapixels/s written."
