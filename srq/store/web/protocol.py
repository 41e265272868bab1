"""HTTP by uvicorn and httptools, with an end to clients that open a connection and do not ask."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""Until a request's head must be there, from the connection's beginning or its first byte."""

HEAD_BYTES = 32_768
"""The longest head of a request."""


class ImpatientProtocol(HttpToolsProtocol):
    """HttpToolsProtocol that closes a connection whose request's head does not come, and answers
    400 to one that does not end."""

    _waiting: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """A client is there: it is to ask soon."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Bytes came: of a head, which is to end soon, or of what follows it."""
        asked_before = self.cycle
        is_body = asked_before is not None and asked_before.more_body
        super().data_received(data)
        if self.cycle is not asked_before:
            self._stop_waiting()
            return
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_head()
        if not is_body:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """A head is there. An error here is answered with 400."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            raise ValueError("the head is too long")
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self._close)

    def _stop_waiting(self) -> None:
        self._head_bytes = 0
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _close(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()
