"""What ``srq upscale`` does with pictures and folders of them."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srq.batch.jobs import Job, default_folder
from srq.cli.pictures import existing_of, planned, sentence_of, summary_of
from srq.cli.pictures_progress import display
from srq.cli.upscale_choice import choice_lines, network_of
from srq.errors import ConfigError
from srq.upscaling.batch import upscale_files
from srq.upscaling.enlarge import Size
from srq.upscaling.networks import Taken
from srq.upscaling.shard import record_shard

if TYPE_CHECKING:
    from rich.console import Console

    from srq.parallel.shards import Shard
    from srq.upscaling.networks import Networks


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
    ending = f"-x{networks.scale}"
    share: dict[str, Callable[[Sequence[Job]], Sequence[Job]]] = {}
    if shard is not None:
        if source.exists() and not source.is_dir():
            raise ConfigError(f"A shard is of a folder or a video, and {source} is one picture.")
        share["share"] = shard.of
    jobs, rest = planned(
        source, target, ending=ending, recursive=recursive, suffix=suffix, errors=errors, **share
    )
    started = time.perf_counter()
    with display(jobs, screen, errors) as watcher:
        results = upscale_files(
            jobs, networks, workers=workers, existing=existing_of(skip=skip, force=force),
            quality=quality, size=Size(width, height), watcher=watcher,
        )  # fmt: skip
    seconds = time.perf_counter() - started
    if shard is not None:
        choices = {
            "fingerprint": networks.fingerprint(),
            "scale": networks.scale,
            "recursive": recursive,
            "suffix": suffix,
            "quality": quality,
            "width": width,
            "height": height,
        }
        record_shard(target or default_folder(source, ending), shard, choices, results)
    taken = [result.detail for result in results if result.detail is not None]
    summary = {
        **_summary(networks, taken),
        **summary_of(results, rest, seconds, network_of),
    }
    for sentence in choice_lines(taken):
        screen.print(sentence, markup=False, soft_wrap=True)
    if source.is_dir():
        screen.print(sentence_of(summary), markup=False, soft_wrap=True)
    return summary


def _summary(networks: "Networks", taken: Sequence[Taken]) -> dict[str, Any]:
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
    }
