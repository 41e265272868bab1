"""A function of every item by several workers, with the results in the order of the items.

Threads share memory and suit work that releases Python's lock (the native engine, FFmpeg, files);
processes suit work that does not.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sized
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from itertools import count
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Condition, Event, Thread
from typing import Generic, TypeVar

from srq.errors import DataError
from srq.parallel.prefetch import PATIENCE

_END = 10.0
"""Seconds in which the thread of a pool whose processes are gone surely ends."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_threads(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    *,
    depth: int | None = None,
    stop: Event | None = None,
) -> Generator[Result]:
    """``work(item)`` of every item, in order, by ``workers`` threads, never by the caller's.

    At most ``depth`` items (by default ``workers``) are taken beyond the one whose result is
    next. Raises what an item or its work raises, in its place. Where it ends early, ``stop`` is
    set, so that works in hand may end too, and it waits for them; the others are dropped.
    """
    depth = workers if depth is None else depth
    pending: deque[Future[Result]] = deque()
    numbers = count()
    gate = _Gate(work)
    with ThreadPoolExecutor(workers) as executor, closing(_generated(items)) as source:
        try:
            end: BaseException | None = None
            while end is None:
                try:
                    pending.append(executor.submit(gate, next(numbers), next(source)))
                except Exception as error:  # Raised after what came before it.
                    end = error
                while len(pending) > (0 if end else depth):
                    yield pending.popleft().result()
            if not isinstance(end, StopIteration):
                raise end
        except BaseException:
            if stop is not None:
                stop.set()
            raise
        finally:
            gate.close()


class _Gate(Generic[Item, Result]):
    """Works that run through it are waited for when it closes, and none begins after that.

    A work that a thread had taken before another that has begun counts as begun, so that what is
    done has no gaps. An executor waits for its threads too, but not for one that Ctrl-C strikes
    it in the midst of starting.
    """

    def __init__(self, work: Callable[[Item], Result]) -> None:
        self._work = work
        self._changed = Condition()
        self._inside = 0
        self._begun = 0
        self._latest = -1  # number of those that have begun
        self._closed = False

    def __call__(self, number: int, item: Item) -> Result:
        with self._changed:
            if self._closed and number > self._latest:
                raise CancelledError
            self._latest = max(self._latest, number)
            self._begun += 1
            self._inside += 1
        try:
            return self._work(item)
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            # Works are taken in order, so all up to the latest have been and will come here.
            while self._inside or self._begun <= self._latest:
                self._changed.wait(PATIENCE)


def map_in_processes(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """``work(item)`` of every item, in order, by ``workers`` processes; by this one if it is 1.

    Items are taken a few ahead of the results, so an iterator of many is never held whole.

    ``work`` must be a function of a module that writes no files: it may be stopped anywhere.
    The processes are spawned, not forked, since the caller may hold threads, so a script that
    asks for more than one worker needs the usual ``if __name__ == "__main__"``. Raises what a
    work raises, and DataError if the system kills a worker; the items after it are dropped.
    """
    if isinstance(items, Sized):
        workers = min(workers, len(items))
    if workers <= 1:
        yield from map(work, items)
        return
    others = set(active_children())
    executor = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_follow_parent)
    pending: deque[Future[Result]] = deque()
    try:
        for item in items:
            # A few ahead keep the workers busy; all at once would fill the memory.
            if len(pending) == 4 * workers:
                yield pending.popleft().result()
            pending.append(executor.submit(work, item))
        while pending:
            yield pending.popleft().result()
    except BaseException as error:
        _abandon(executor, set(active_children()) - others)
        if isinstance(error, BrokenProcessPool):
            raise DataError(
                "A worker process died, most likely for want of memory; run it with fewer workers."
            ) from None
        raise
    executor.shutdown()


def _abandon(executor: ProcessPoolExecutor, processes: Iterable[BaseProcess]) -> None:
    """End a pool and its processes at once, whatever they are at.

    Left to end by themselves, a second Ctrl-C would wait on them for ever. And a pool that is
    merely shut down waits for the rest of a result that a process was sending when it was killed.
    That rest never comes, and Python's exit then waits too, or wakes the pool in the midst of its
    end. So this process's end of the results' pipe is closed, and the pool's thread is waited for.
    """
    for process in processes:
        process.terminate()
    manager = getattr(executor, "_executor_manager_thread", None)
    results = getattr(executor, "_result_queue", None)
    executor.shutdown(wait=False)
    if manager is not None and results is not None:
        results._writer.close()
        manager.join(_END)


def _generated(items: Iterable[Item]) -> Generator[Item]:
    yield from items


def _follow_parent() -> None:
    """Leave Ctrl-C, which reaches every process of the terminal, to the parent; end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)  # A worker whose parent was killed would wait for work for ever.

    Thread(target=wait, daemon=True).start()
