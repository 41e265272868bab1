"""Work done ahead of the one who waits for it, in other threads and by a bounded amount."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

_PATIENCE = 0.1
"""Seconds after which a thread that waits for room looks whether it is still wanted."""


def ahead(items: Iterable[Item], depth: int) -> Generator[Item]:
    """The items, taken by a thread that stays at most ``depth`` of them ahead.

    What the items raise is raised here, in its place. Closing this ends the thread, and closes
    the items in it, before it returns.
    """
    queue: Queue[tuple[Item | None, BaseException | None]] = Queue(depth)
    unwanted = Event()

    def put(entry: tuple[Item | None, BaseException | None]) -> bool:
        while not unwanted.is_set():
            try:
                queue.put(entry, timeout=_PATIENCE)
                return True
            except Full:
                continue
        return False

    def work() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                if not put((item, None)):
                    return
            put((None, StopIteration()))
        except BaseException as error:
            put((None, error))
        finally:
            if hasattr(iterator, "close"):
                iterator.close()  # type: ignore[reportAttributeAccessIssue]

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item, error = _taken(queue)
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[reportReturnType]
    finally:
        unwanted.set()
        thread.join()


def ahead_map(work: Callable[[Item], Made], items: Iterable[Item], workers: int) -> Generator[Made]:
    """``work`` of each item in order, up to ``workers`` at once and as many waiting."""
    pending: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(workers) as executor, closing(_generated(items)) as source:
        try:
            end: BaseException | None = None
            while end is None:
                try:
                    pending.append(executor.submit(work, next(source)))
                except Exception as error:  # Told after what came before it.
                    end = error
                while len(pending) > (0 if end else workers):
                    yield pending.popleft().result()
            if not isinstance(end, StopIteration):
                raise end
        finally:
            for future in pending:
                future.cancel()


def _taken(queue: "Queue[Item]") -> Item:
    # A wait without end would not notice Ctrl-C on every system.
    while True:
        try:
            return queue.get(timeout=_PATIENCE)
        except Empty:
            continue


def _generated(items: Iterable[Item]) -> Generator[Item]:
    yield from items
