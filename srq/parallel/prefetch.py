"""Items made by another thread before they are asked for, a bounded number of them."""

from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

PATIENCE = 0.1
"""Seconds after which a wait looks up: whether it is still wanted, and for Ctrl-C, which a wait
without end would not notice on every system."""


def prefetch(items: Iterable[Item], depth: int) -> Generator[Item]:
    """The items, taken by a thread that stays at most ``depth`` of them ahead.

    What the items raise is raised here, in its place. Closing this ends the thread, and closes
    the items in it, before it returns.
    """
    queue: Queue[tuple[Item | None, BaseException | None]] = Queue(depth)
    unwanted = Event()

    def put(entry: tuple[Item | None, BaseException | None]) -> bool:
        while not unwanted.is_set():
            try:
                queue.put(entry, timeout=PATIENCE)
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


def _taken(queue: "Queue[Item]") -> Item:
    while True:
        try:
            return queue.get(timeout=PATIENCE)
        except Empty:
            continue
