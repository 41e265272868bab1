"""By what name the server may be asked, and from which pages it may be changed."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_PORT = re.compile(r":\d+$")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class OwnHost:
    """Answers 421 to another name than ``hosts``, and 403 to what changes things from other sites.

    Another name is how a page elsewhere reaches a server on this machine (DNS rebinding). Browsers
    send Origin or Sec-Fetch-Site with what changes things; a request that has neither, nor a
    program's key, is refused.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host = headers.get("host", "").lower()
            names = {host, _PORT.sub("", host)}
            if self._hosts is not None and not names & self._hosts:
                answer = PlainTextResponse("This server is not asked by that name.", 421)
                await answer(scope, receive, send)
                return
            if scope["method"] not in SAFE_METHODS and not _from_own_pages(headers, host):
                answer = PlainTextResponse("This was sent from another site.", 403)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _from_own_pages(headers: Headers, host: str) -> bool:
    if "authorization" in headers and "cookie" not in headers:
        return True  # a program: browsers add no such header of their own accord
    # Browsers send the second over https and to this machine only; older ones send neither.
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    if origin is not None and origin != "null":
        return urlsplit(origin).netloc.lower() == host
    return site == "same-origin"
