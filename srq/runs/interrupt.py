"""Ctrl-C and SIGTERM as a wish to stop after the present step."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupt:
    """Inside its block, a first signal sets ``wished``; a second one interrupts at once.

    Where the block then ends with KeyboardInterrupt, the signal goes to whom it went before.
    A signal may otherwise arrive between two weights of one update, and no state could then
    be saved. Signals reach the main thread only: elsewhere this does nothing.
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self._received: int | None = None
        self._before: dict[int, Any] = {}

    @property
    def wished(self) -> bool:
        """Whether a signal came."""
        return self._received is not None

    def __enter__(self) -> "Interrupt":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in self._SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        handler = self._before.get(self._received or 0)
        if kind is KeyboardInterrupt and self._received is not None and callable(handler):
            handler(self._received, None)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.wished:
            raise KeyboardInterrupt
        self._received = number
