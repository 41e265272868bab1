"""SIGTERM as Ctrl-C: what is half done is undone, whatever the command."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SOON = 0.01
"""After how many seconds a signal is given again that was lost."""


@contextmanager
def interrupted_by_sigterm() -> Iterator[list[int]]:
    """SIGTERM raises KeyboardInterrupt inside the block, and the list then holds the signal's
    number. What ignores SIGTERM, or handles it, is left alone.

    A signal is not lost either, SIGINT neither, that comes inside a callback from which Python
    lets no exception pass, as that of a weak reference.
    """
    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    ours = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, interrupt)
    try:
        with _none_lost(received):
            yield received
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def _none_lost(received: list[int]) -> Iterator[None]:
    """Give a signal again where Python drops the KeyboardInterrupt that it raised: that of the
    last one ``received``, or else SIGINT."""
    if not hasattr(signal, "pthread_kill"):  # Windows
        yield
        return
    main = threading.get_ident()
    before = sys.unraisablehook
    waiting: list[threading.Timer] = []

    def deliver_again(dropped: Any) -> None:
        if dropped.exc_type is not KeyboardInterrupt:
            before(dropped)
            return
        number = received[-1] if received else signal.SIGINT
        again = threading.Timer(_SOON, signal.pthread_kill, (main, number))
        again.daemon = True
        waiting.append(again)
        again.start()

    sys.unraisablehook = deliver_again
    try:
        yield
    finally:
        sys.unraisablehook = before
        for again in waiting:
            again.cancel()
