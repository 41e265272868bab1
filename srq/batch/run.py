"""Work on many picture files, several at a time; each result is written whole or not at all."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from threading import Event
from typing import Generic, TypeVar

from srq.batch.jobs import Job
from srq.errors import ConfigError, SrqError
from srq.parallel.workers import map_in_threads


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


Detail = TypeVar("Detail")


@dataclass(frozen=True)
class Result(Generic[Detail]):
    """The end of one job.

    size:     the result's height and width.
    sentence: what failed.
    detail:   what the work has to say of the picture.
    """

    job: Job
    status: Status
    seconds: float = 0.0
    size: tuple[int, int] | None = None
    sentence: str | None = None
    detail: Detail | None = None


class Watcher:
    """Follows the work on many files; this one keeps it to itself."""

    def advanced(self, job: Job, share: float, pixels: int) -> None:
        """``share`` of the job (of 1 in all) is done, with ``pixels`` pixels of its result.

        This is called by several threads.
        """

    def ended(self, result: Result) -> None:
        """A job has ended, however it did; told in the order of the jobs, by one thread."""


Advanced = Callable[[float, int], None]
"""Called with the share of a job that is done, of 1 in all, and the pixels of the result that it
made; what it raises stops the work."""

Work = Callable[[Job, Advanced], tuple[tuple[int, int], Detail]]
"""Makes the result of a job: its height and width, and the detail."""


def run_jobs(
    jobs: Sequence[Job],
    work: Work[Detail],
    *,
    workers: int = 1,
    existing: Existing = Existing.REFUSE,
    watcher: Watcher | None = None,
) -> list[Result[Detail]]:
    """Do the work of every job; the results are in the order of the jobs.

    A job whose work raises SrqError becomes a failed result, and the others go on. ``workers``
    work at once, by threads. The watcher is told of their ends in the order of the jobs. If it is
    interrupted (KeyboardInterrupt), the next ``Advanced`` ends each work.

    Raises ConfigError, before anything is done, if a result exists under ``Existing.REFUSE``.
    """
    watcher = watcher or Watcher()
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
    one = partial(_run, work=work, left=left, watcher=watcher, stop=stop)
    # The main thread only waits, so that Ctrl-C never strikes in the midst of a file. All are
    # handed out at once, so that a large picture holds none of the others up.
    results: list[Result[Detail]] = []
    with closing(map_in_threads(one, jobs, workers, depth=len(jobs), stop=stop)) as ended:
        for result in ended:
            watcher.ended(result)
            results.append(result)
    return results


class _StoppedError(Exception):
    """The work is to end before this picture is done."""


def _run(
    job: Job, *, work: Work[Detail], left: set[Path], watcher: Watcher, stop: Event
) -> Result[Detail]:
    def advanced(share: float, pixels: int) -> None:
        if stop.is_set():
            raise _StoppedError
        watcher.advanced(job, share, pixels)

    started = time.perf_counter()
    try:
        if job.target in left:
            return Result(job, Status.SKIPPED)
        made, detail = work(job, advanced)
        return Result(job, Status.DONE, time.perf_counter() - started, made, detail=detail)
    except SrqError as error:
        return Result(job, Status.FAILED, time.perf_counter() - started, sentence=str(error))
