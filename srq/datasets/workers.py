"""Work on pictures spread over processes, with results in the order of the jobs."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from srq.errors import DataError

Job = TypeVar("Job")
Result = TypeVar("Result")


def ordered_map(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int
) -> Iterator[Result]:
    """``work(job)`` of every job, in order, by ``workers`` processes; by this one if it is 1.

    ``work`` must be a function of a module. The processes are spawned, not forked, since the
    caller may hold threads, so a script that asks for more than one worker needs the usual
    ``if __name__ == "__main__"``. An error of a job is raised here, and so is a DataError if
    the system kills a worker; what has not begun by then is dropped.
    """
    workers = min(workers, len(jobs))
    if workers <= 1:
        yield from map(work, jobs)
        return
    chunk = max(1, min(8, len(jobs) // (4 * workers)))
    executor = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_ctrl_c)
    try:
        yield from executor.map(work, jobs, chunksize=chunk)
    except BrokenProcessPool:
        raise DataError(
            "A worker process died, most likely for want of memory; run it with fewer workers."
        ) from None
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _leave_ctrl_c() -> None:
    # Ctrl-C reaches every process of the terminal; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
