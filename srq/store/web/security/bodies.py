"""How long a request's body may be, and how slow."""

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM_BYTES = 256_000
"""The longest body of all but uploads."""

BYTES_PER_SECOND = 1_000
"""What a body must come in at, in the mean, after its first seconds."""

_CLOSE = {"connection": "close"}


class LimitedBodies:
    """Answers 413 to a body longer than ``most`` of its method and path, 408 to one too slow.

    A length that is told is judged before anything is read; what comes is counted in any case, so
    that a missing or a lying length changes nothing.
    """

    def __init__(self, app: ASGIApp, *, most: Callable[[str, str], int], seconds: float) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope["method"], scope["path"])
        told = Headers(scope=scope).get("content-length")
        refusal: PlainTextResponse | None = None
        if told is not None and not (told.isascii() and told.isdigit()):
            refusal = PlainTextResponse("Content-Length is no number.", 400, _CLOSE)
        elif told is not None and int(told) > most:
            refusal = PlainTextResponse(_too_long(most), 413, _CLOSE)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _Body(receive, most, self._seconds).receive, send)


class _Body:
    """Counts what comes, and how long it takes. It raises HTTPException, which is then answered."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._seconds = seconds
        self._came = 0
        self._waited = 0.0
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:  # what is left to hear is that the client leaves
            return await self._receive()
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError as error:
            raise _too_slow() from error
        self._waited += clock() - began
        if message["type"] == "http.request":
            self._came += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._came > self._most:
                raise HTTPException(413, _too_long(self._most), _CLOSE)
            due = (self._waited - self._seconds) * BYTES_PER_SECOND
            if not self._whole and self._came < due:
                raise _too_slow()
        return message


def _too_slow() -> HTTPException:
    return HTTPException(408, "The request's body came too slowly.", _CLOSE)


def _too_long(most: int) -> str:
    return f"This server takes at most {most} bytes here."
