"""One line of JSON for each request, on standard error. No line has a token, a query or a name."""

import logging
import sys
import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from srq.store.web.metrics import REQUESTS, SECONDS

_QUIET = ("/static", "/health")


def logger(stream: Any = None) -> Any:
    """What lines are written by."""
    return structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


class Logged:
    """Writes a line and counts, for every request: by the pattern of its path, not by the path."""

    def __init__(self, app: ASGIApp, *, log: Any) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            self._log.exception("failed", method=scope["method"], path=pattern_of(scope))
            raise
        finally:
            took, path = time.perf_counter() - began, pattern_of(scope)
            REQUESTS.labels(scope["method"], path, str(status)).inc()
            SECONDS.labels(scope["method"], path).observe(took)
            if not path.startswith(_QUIET):
                visitor = scope.get("state", {}).get("visitor")
                self._log.info(
                    "request", method=scope["method"], path=path, status=status,
                    ms=round(1000 * took, 1), account=None if visitor is None else visitor.id,
                )  # fmt: skip


def pattern_of(scope: Scope) -> str:
    """The path as the route has it ("/s/{token}"); "other" where there is no route."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    if path is None:
        return "/static" if scope["path"].startswith("/static/") else "other"
    return path
