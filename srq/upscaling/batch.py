"""Many picture files, several at a time; each is written whole or not at all."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from threading import Event, Semaphore

from srq.engines import Engine
from srq.errors import (
    ConfigError,
    DamagedImageError,
    ImageError,
    SrqError,
    UnsupportedImageError,
)
from srq.files import atomic_write
from srq.image.encode import check_target, encode, encode_rows
from srq.image.frames import Frames
from srq.image.io import read_any
from srq.image.picture import Picture
from srq.parallel.workers import map_in_threads
from srq.program.pictures import Luma
from srq.upscaling.engine import Blockwise, check_eight_bits
from srq.upscaling.enlarge import Size, enlarge, enlarged_bands, enlarged_exif, resized, too_large
from srq.upscaling.frames import upscale_frames
from srq.upscaling.jobs import Job
from srq.upscaling.networks import Networks, Taken, networks_of


class Existing(Enum):
    """What becomes of a result that exists before the work begins."""

    REFUSE = "refuse"
    SKIP = "skip"
    REPLACE = "replace"


class Status(Enum):
    """How a job ended."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """The end of one job.

    size:     the result's height and width.
    sentence: what failed.
    taken:    the network that was taken for the picture.
    """

    job: Job
    status: Status
    seconds: float = 0.0
    size: tuple[int, int] | None = None
    sentence: str | None = None
    taken: Taken | None = None


class Watcher:
    """Follows the work on many files; this one keeps it to itself."""

    def advanced(self, job: Job, share: float, pixels: int) -> None:
        """``share`` of the job (of 1 in all) is done, with ``pixels`` pixels of its result.

        This is called by several threads.
        """

    def ended(self, result: Result) -> None:
        """A job has ended, however it did; told in the order of the jobs, by one thread."""


def upscale_files(
    jobs: Sequence[Job],
    engine: Engine | Networks,
    *,
    workers: int = 1,
    existing: Existing = Existing.REFUSE,
    quality: int = 95,
    size: Size = Size(),  # noqa: B008 (it is frozen)
    watcher: Watcher | None = None,
) -> list[Result]:
    """Read, enlarge and write every picture; the results are in the order of the jobs.

    A picture that cannot be read or written becomes a failed result, and the others go on. The
    engine works on up to ``workers`` at once, by threads, while one more is read or written; that
    changes no byte of any. The watcher is told of their ends in the order of the jobs. ``engine``
    may also be Networks, of which each picture gets one. ``size`` is what each is brought to by a
    final bicubic. If it is interrupted (KeyboardInterrupt), files stand whole or not at all.

    Raises ConfigError, before anything is done, if a result exists under ``Existing.REFUSE``,
    or the engine's program does not take 8-bit luma.
    """
    watcher = watcher or Watcher()
    networks = networks_of(engine)
    if networks.only is not None:
        check_eight_bits(networks.only)
    present = [job.target for job in jobs if job.target.exists()]
    if present and existing is Existing.REFUSE:
        which = (
            f"{present[0]} exists"
            if len(present) == 1
            else (f"{len(present)} of {len(jobs)} results exist, {present[0]} first")
        )
        raise ConfigError(
            f"{which}; use --skip-existing to leave what exists, or --force to overwrite it."
        )
    left = set(present) if existing is Existing.SKIP else set()
    stop = Event()
    work = partial(
        _run,
        networks=networks,
        turns=Semaphore(workers),
        left=left,
        quality=quality,
        size=size,
        watcher=watcher,
        stop=stop,
    )
    # The main thread only waits, so that Ctrl-C never strikes in the midst of a file. All are
    # handed out at once, so that a large picture holds none of the others up.
    results: list[Result] = []
    with closing(map_in_threads(work, jobs, workers + 1, depth=len(jobs), stop=stop)) as ended:
        for result in ended:
            watcher.ended(result)
            results.append(result)
    return results


class _InTurns:
    """An engine that runs in the turns it shares with others; who has none waits."""

    def __init__(self, engine: Engine, turns: Semaphore) -> None:
        self.name, self.program = engine.name, engine.program
        self.scale, self.streams = engine.scale, engine.streams
        self.threads = getattr(engine, "threads", 1)
        self._engine = engine
        self._turns = turns

    def __call__(self, picture: Luma) -> Luma:
        with self._turns:
            return self._engine(picture)


def _in_turns(engine: Engine, turns: Semaphore) -> Engine:
    if isinstance(engine, Blockwise):  # It is its engine whose memory matters.
        return Blockwise(_InTurns(engine.engine, turns))
    return _InTurns(engine, turns)


class _StoppedError(Exception):
    """The work is to end before this picture is done."""


def _run(
    job: Job,
    *,
    networks: Networks,
    turns: Semaphore,
    left: set[Path],
    quality: int,
    size: Size,
    watcher: Watcher,
    stop: Event,
) -> Result:
    started = time.perf_counter()
    try:
        if job.target in left:
            return Result(job, Status.SKIPPED)
        made, taken = _upscale_file(job, networks, turns, quality, size, watcher, stop)
        return Result(job, Status.DONE, time.perf_counter() - started, made, taken=taken)
    except SrqError as error:
        return Result(job, Status.FAILED, time.perf_counter() - started, sentence=str(error))


def _taken(networks: Networks, picture: Picture | Frames) -> Taken:
    """The network for a picture, for an animation, or for all pages by the first of them."""
    if isinstance(picture, Frames):
        if picture.coding is not None:
            return networks.take(picture.coding)
        picture = next(iter(picture))
    return networks.take(picture.coding, picture.pixels)


def _upscale_file(
    job: Job,
    networks: Networks,
    turns: Semaphore,
    quality: int,
    size: Size,
    watcher: Watcher,
    stop: Event,
) -> tuple[tuple[int, int], Taken]:
    picture = read_any(job.source)
    height, width = picture.size
    scale = networks.scale
    wanted = size.of(height, width, scale)

    def shared(share: float, pixels: int) -> None:
        if stop.is_set():
            raise _StoppedError
        watcher.advanced(job, share, pixels)

    def advanced(pixels: int) -> None:
        shared(pixels / (height * width), pixels * scale**2)

    taken = _taken(networks, picture)
    engine = _in_turns(taken.engine, turns)
    try:
        if isinstance(picture, Frames):
            made = upscale_frames(
                picture, job.target, engine, quality=quality, size=size, progress=shared
            )
            return made, taken
        check_target(
            job.target.suffix,
            wanted,
            transparent=picture.is_transparent,
            quality=quality,
        )
        # Opened before the work, so that a folder closed to us is known at once.
        with atomic_write(job.target) as stream:
            if wanted == (height * scale, width * scale):
                bands = enlarged_bands(picture, engine, advanced)
                like = replace(picture, exif=enlarged_exif(picture, wanted))
                rows = (band.channels() for band in bands)
                encode_rows(rows, like, wanted, job.target.suffix, stream, quality=quality)
            else:
                large = resized(enlarge(picture, engine, advanced), wanted)
                stream.write(encode(large, job.target.suffix, quality=quality))
    except MemoryError as error:
        raise too_large(wanted) from error
    except (DamagedImageError, UnsupportedImageError):
        raise  # A frame cannot be read, and that is said whole.
    except ImageError as error:
        raise ImageError(f"Cannot upscale {job.source} to {job.target}: {error}") from error
    return wanted, taken
