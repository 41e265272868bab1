"""Work on pictures spread over processes, with results in the order of the jobs."""

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from typing import TypeVar

from srq.errors import DataError

Job = TypeVar("Job")
Result = TypeVar("Result")


def ordered_map(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int
) -> Iterator[Result]:
    """``work(job)`` of every job, in order, by ``workers`` processes; by this one if it is 1.

    ``work`` must be a function of a module that writes no files: it may be stopped anywhere.
    The processes are spawned, not forked, since the caller may hold threads, so a script that
    asks for more than one worker needs the usual ``if __name__ == "__main__"``. Raises what a
    job raises, and DataError if the system kills a worker; the jobs after it are dropped.
    """
    workers = min(workers, len(jobs))
    if workers <= 1:
        yield from map(work, jobs)
        return
    others = set(active_children())
    executor = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_ctrl_c)
    begun: deque[Future[Result]] = deque()
    try:
        for job in jobs:
            # A few ahead keep the workers busy; all at once would fill the memory.
            if len(begun) == 4 * workers:
                yield begun.popleft().result()
            begun.append(executor.submit(work, job))
        while begun:
            yield begun.popleft().result()
    except BaseException as error:
        # Not left to end by themselves: a second Ctrl-C here would wait on them for ever.
        for child in set(active_children()) - others:
            child.terminate()
        executor.shutdown(wait=False)
        if isinstance(error, BrokenProcessPool):
            raise DataError(
                "A worker process died, most likely for want of memory; run it with fewer workers."
            ) from None
        raise
    executor.shutdown()


def _leave_ctrl_c() -> None:
    # Ctrl-C reaches every process of the terminal; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
