"""What a person sees of work on pictures: a live line on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from srq.batch.jobs import Job
from srq.batch.run import Result, Status, Watcher

if TYPE_CHECKING:
    from rich.console import Console


Say = Callable[[Result], str]
"""What else there is to say of a picture that is done."""


@contextmanager
def display(
    jobs: Sequence[Job], screen: "Console", errors: "Console", say: Say = lambda result: ""
) -> Iterator[Watcher]:
    """A watcher that tells people: on ``screen`` what is done, on ``errors`` what failed.

    Where ``errors`` is a terminal it has a live line instead of one line for each picture; of a
    single picture, the line is printed in any case.
    """
    if not errors.is_terminal:
        yield Lines(len(jobs), screen, errors, say)
        return
    bar = live_bar("{task.fields[files]}", errors)
    watcher = LiveLine(jobs, bar, errors)
    with bar:
        yield watcher
    if len(jobs) == 1:
        for result in watcher.done:
            screen.print(_line(result, say), markup=False, soft_wrap=True)


def live_bar(counted: str, errors: "Console") -> Progress:
    """A line that goes when all is done: what is ``counted``, the field ``speed``, time left."""
    return Progress(
        TextColumn(counted, markup=False),
        BarColumn(),
        TextColumn("{task.fields[speed]}", markup=False),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


class Lines(Watcher):
    """One line for each picture as it ends."""

    def __init__(self, total: int, screen: "Console", errors: "Console", say: Say) -> None:
        self._total = total
        self._screen = screen
        self._errors = errors
        self._say = say
        self._ended = 0
        self._lock = Lock()

    def ended(self, result: Result) -> None:
        """Print the line."""
        with self._lock:
            self._ended += 1
            if result.sentence is not None:
                self._errors.print(result.sentence, markup=False, soft_wrap=True)
                return
            count = f"[{self._ended}/{self._total}] " if self._total > 1 else ""
            self._screen.print(f"{count}{_line(result, self._say)}", markup=False, soft_wrap=True)


class LiveLine(Watcher):
    """Pictures done, megapixels a second, time left, in one line; what fails stands above it."""

    def __init__(self, jobs: Sequence[Job], bar: Progress, errors: "Console") -> None:
        self.done: list[Result] = []
        self._jobs = len(jobs)
        self._bar = bar
        self._errors = errors
        self._ended = 0
        self._pixels = 0
        self._shares = dict.fromkeys(jobs, 0.0)
        # How many bytes a file has says best, before it is opened, how long it will take.
        self._sizes = {job: _size(job) for job in jobs}
        self._started = time.perf_counter()
        self._lock = Lock()
        total = sum(self._sizes.values())
        self._task = bar.add_task("", total=total, files=f"0/{self._jobs}", speed="")

    def advanced(self, job: Job, share: float, pixels: int) -> None:
        """Move the line on."""
        with self._lock:
            self._pixels += pixels
            self._shares[job] += share
            self._show(share * self._sizes[job])

    def ended(self, result: Result) -> None:
        """Count the picture; print what failed."""
        with self._lock:
            self._ended += 1
            if result.status is Status.DONE:
                self.done.append(result)
            if result.sentence is not None:
                self._errors.print(result.sentence, markup=False, soft_wrap=True)
            self._show((1 - self._shares[result.job]) * self._sizes[result.job])

    def _show(self, advance: float) -> None:
        speed = self._pixels / 1e6 / max(time.perf_counter() - self._started, 1e-9)
        self._bar.update(
            self._task,
            advance=advance,
            files=f"{self._ended}/{self._jobs}",
            speed=f"{speed:.2f} megapixels/s",
        )


def _size(job: Job) -> int:
    try:
        return job.source.stat().st_size
    except OSError:
        return 0  # Reading it will say why.


def _line(result: Result, say: Say) -> str:
    if result.size is None:
        return f"{result.job.target}: {result.status.value}"
    height, width = result.size
    more = say(result)
    more = f"; {more}" if more else ""
    return f"{result.job.target}: {width} x {height}, {result.seconds:.1f} s{more}"
