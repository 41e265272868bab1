"""What ``srq upscale`` does with videos, and what a person sees of it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srq.cli.pictures_progress import live_bar
from srq.cli.upscale_choice import choice_line, network_of
from srq.errors import ConfigError, StorageError, VideoError
from srq.image.coding import Coding
from srq.image.encode import FORMATS as PICTURES
from srq.video.pipe import upscale_pipe

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from srq.parallel.shards import Shard
    from srq.upscaling.networks import Networks, Taken
    from srq.video.run import Options

SUFFIXES = {
    ".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".gif", ".h264", ".hevc",
    ".ivf", ".m2ts", ".m2v", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
    ".nut", ".obu", ".ogm", ".ogv", ".rm", ".rmvb", ".ts", ".vob", ".webm", ".wmv", ".y4m",
    ".264", ".265",
}  # fmt: skip
"""What the names of videos end in."""

PIPE = Path("-")

_LINE_SECONDS = 30


def is_video(source: Path, target: Path | None) -> bool:
    """Whether IN and OUT name a video, not a picture or a folder; a GIF may become either."""
    kind = source.suffix.lower()
    if source.is_dir() or (kind in PICTURES and kind not in SUFFIXES):
        return False
    wanted = None if target is None else target.suffix.lower()
    if wanted in SUFFIXES - PICTURES.keys():
        return True
    return kind in SUFFIXES - PICTURES.keys()


def target_of(source: Path, target: Path | None, scale: int) -> Path:
    """The file to write: ``target``, or one of the source's name, in its format or Matroska."""
    from srq.video.codecs import FORMATS

    suffix = source.suffix if source.suffix.lower() in FORMATS else ".mkv"
    if target is None:
        return source.with_name(f"{source.stem}-x{scale}{suffix}")
    return target / f"{source.stem}{suffix}" if target.is_dir() else target


def run_video(
    source: Path,
    target: Path,
    networks: "Networks",
    options: "Options",
    *,
    resume: bool,
    overwrite: bool,
    shard: "Shard | None",
    workers: int,
    interpolator: str,
    threads: int | None,
    screen: "Console",
    errors: "Console",
) -> dict[str, Any]:
    """Upscale a video and tell of it; the report for machines."""
    from srq.video.parts import parts_folder
    from srq.video.run import upscale_video

    started = time.perf_counter()
    try:
        with _display(errors) as watcher:
            report = upscale_video(
                source, target, networks, options,
                resume=resume, overwrite=overwrite, shard=shard, workers=workers,
                interpolator=interpolator, threads=threads, watcher=watcher,
            )  # fmt: skip
    except (KeyboardInterrupt, StorageError):
        kept = len(list(parts_folder(target).glob("*.part")))
        if kept:
            errors.print(
                f"{kept} finished segments are kept in {parts_folder(target)}; --resume goes on"
                " from them.",
                markup=False,
                soft_wrap=True,
            )
        raise
    assert report.taken is not None  # Only a merge takes none.
    for note in report.notes:
        errors.print(note, markup=False, soft_wrap=True)
    seconds = time.perf_counter() - started
    height, width = report.size
    what = str(target) if shard is None else f"{parts_folder(target)}, {shard}"
    screen.print(
        f"{what}: {width} x {height}, {report.frames} frames, {seconds:.1f} s,"
        f" {report.frames / max(seconds, 1e-9):.1f} frames/s",
        markup=False,
        soft_wrap=True,
    )
    return {
        "source": str(source),
        "target": str(target),
        "frames": report.frames,
        "height": height,
        "width": width,
        "codec": report.codec,
        "seconds": seconds,
        "notes": list(report.notes),
        "shard": None if shard is None else str(shard),
        "scale": networks.scale,
        "engine": networks.engine,
        **network_of(report.taken),
    }


def run_pipe(
    target: Path | None,
    networks: "Networks",
    errors: "Console",
    *,
    width: int | None,
    height: int | None,
    workers: int,
    interpolator: str,
    threads: int | None,
) -> None:
    """Upscale raw video from standard input to standard output."""
    if target not in (None, PIPE):
        raise ConfigError(
            f"Raw video from standard input goes to standard output, not to {target}; pipe it into"
            " ffmpeg -i - to encode it."
        )
    if sys.stdout.isatty():
        raise VideoError("Raw video cannot go to a terminal; pipe it into a program or a file.")
    taken = networks.take_for_video(Coding("rawvideo", lossy=False))
    _tell_choice(errors, taken)
    upscale_pipe(
        sys.stdin.buffer, sys.stdout.buffer, taken.engine,
        width=width, height=height, workers=workers, interpolator=interpolator, threads=threads,
    )  # fmt: skip


@contextmanager
def _display(errors: "Console") -> "Iterator[Any]":
    if not errors.is_terminal:
        yield Lines(errors)
        return
    with live_bar("{task.completed}/{task.total} frames", errors) as bar:
        yield LiveLine(bar)


def _tell_choice(console: "Console", taken: "Taken") -> None:
    if taken.reason is not None:
        console.print(choice_line(taken), markup=False, soft_wrap=True)


class Lines:
    """A line now and then, for logs: an ``srq.video.run.Watcher``."""

    def __init__(self, errors: "Console", every: float = _LINE_SECONDS) -> None:
        self._errors = errors
        self._every = every
        self._total = self._begun = self._made = 0
        self._started = self._last = time.monotonic()

    def took(self, taken: "Taken") -> None:
        """Say which network was chosen."""
        _tell_choice(self._errors, taken)

    def began(self, total: int, done: int) -> None:
        """Begin to count."""
        self._total, self._begun = total, done
        self._started = self._last = time.monotonic()

    def advanced(self, frames: int) -> None:
        """Count, and print a line if the last is long past."""
        self._made += frames
        now = time.monotonic()
        if now - self._last < self._every:
            return
        self._last = now
        speed = self._made / (now - self._started)
        left = (self._total - self._begun - self._made) / speed
        done = self._begun + self._made
        self._errors.print(
            f"{done} of {self._total} frames, {speed:.1f} frames/s, {_clock(left)} left",
            markup=False,
            soft_wrap=True,
        )


class LiveLine:
    """Frames done, frames a second, time left: an ``srq.video.run.Watcher``."""

    def __init__(self, bar: "Progress") -> None:
        self._bar = bar
        self._made = 0
        self._started = time.monotonic()
        self._task = bar.add_task("", total=None, speed="reading")

    def took(self, taken: "Taken") -> None:
        """Say above the line which network was chosen."""
        _tell_choice(self._bar.console, taken)

    def began(self, total: int, done: int) -> None:
        """Show what there is to do."""
        self._started = time.monotonic()
        self._bar.update(self._task, total=total, completed=done, speed="")

    def advanced(self, frames: int) -> None:
        """Move the line on."""
        self._made += frames
        speed = self._made / max(time.monotonic() - self._started, 1e-9)
        self._bar.update(self._task, advance=frames, speed=f"{speed:.1f} frames/s")


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
