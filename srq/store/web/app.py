"""All of it put together."""

from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.staticfiles import StaticFiles

from srq.errors import ConfigError, StorageError
from srq.store.library.library import Library
from srq.store.web import (
    account,
    albums,
    api,
    archive,
    dashboard,
    enlarging,
    entry,
    gallery,
    metrics,
    picture,
    shared,
    shares,
    uploads,
)
from srq.store.web.logs import Logged, logger
from srq.store.web.pages import page, to
from srq.store.web.security.bodies import FORM_BYTES, LimitedBodies
from srq.store.web.security.forms import checked_form
from srq.store.web.security.headers import SafeHeaders
from srq.store.web.security.hosts import OwnHost
from srq.store.web.security.passwords import Passwords
from srq.store.web.security.sessions import Cookie
from srq.store.web.security.visitor import SignInNeededError
from srq.store.web.server import Server
from srq.store.web.settings import Settings
from srq.version import __version__

_DATA = ("/api/", "/uploads", "/metrics")
"""Where errors are told as data, not as pages."""

_HEADINGS = {403: "Not allowed", 404: "Not here", 409: "Not now", 413: "Too much"}


def make_app(
    library: Library,
    settings: Settings,
    passwords: Passwords | None = None,
    log: Any = None,
) -> FastAPI:
    """The server of ``library`` as ASGI has it; ``log`` is what lines are written by."""
    app = FastAPI(
        title="srq store",
        version=__version__,
        description="Pictures in the fewest bytes that hold a measured fidelity.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        dependencies=[Depends(checked_form)],
    )
    app.state.server = Server(
        settings,
        library,
        passwords or Passwords(),
        Cookie(settings.is_https, settings.session_days),
    )
    app.router.routes += picture.files  # Most of what is asked for; found first.
    # Those that are asked most come first; and the gallery's fixed paths before a picture's id.
    for part in (
        uploads, gallery, picture, api, shared, albums, entry, account, shares, dashboard, archive,
        metrics, enlarging,
    ):  # fmt: skip
        app.include_router(part.router)
    static = Path(str(resources.files("srq.store.web") / "static"))
    app.mount("/static", _KeptStatic(directory=static))
    app.add_api_route("/api/docs", _api_page, include_in_schema=False)
    app.add_exception_handler(SignInNeededError, _sign_in)
    app.add_exception_handler(AnyHTTPException, _told)
    app.add_exception_handler(ConfigError, _wrong)
    app.add_exception_handler(StorageError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _failed)

    def most(method: str, path: str) -> int:
        return (
            settings.upload_bytes
            if method == "PATCH" and path.startswith("/uploads/")
            else FORM_BYTES
        )

    app.add_middleware(LimitedBodies, most=most, seconds=settings.body_seconds)
    app.add_middleware(OwnHost, hosts=settings.hosts)
    app.add_middleware(SafeHeaders, https=settings.is_https)
    app.add_middleware(Logged, log=log or logger())
    return app


class _KeptStatic(StaticFiles):
    """Static files, which browsers keep: their addresses change with them."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        response = super().file_response(*given, **named)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _api_page(request: Request) -> Response:
    return page(request, "api.html", paths=request.app.openapi()["paths"])


def _wants_data(request: Request) -> bool:
    return request.url.path.startswith(_DATA) or "authorization" in request.headers


async def _sign_in(request: Request, error: Exception) -> Response:
    if "authorization" in request.headers:
        return JSONResponse({"detail": "Programs ask at /api/v1."}, 403)
    path = request.url.path
    if request.method != "GET" or path == "/":
        return to("/sign-in")
    query = f"?{request.url.query}" if request.url.query else ""
    return to(f"/sign-in?next={quote(path + query, safe='')}")


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    status, sentence = error.status_code, str(error.detail)
    if request.method == "HEAD" or status in (204, 304):
        return Response(None, status, error.headers)
    if _wants_data(request):
        if request.url.path.startswith("/uploads"):  # clients of tus show the text
            return PlainTextResponse(sentence, status, error.headers)
        return JSONResponse({"detail": sentence}, status, error.headers)
    heading = _HEADINGS.get(status, "That did not work")
    response = page(request, "message.html", status, heading=heading, sentence=sentence)
    response.headers.update(error.headers or {})
    return response


async def _wrong(request: Request, error: Exception) -> Response:
    return await _told(request, HTTPException(422, str(error)))


async def _refused(request: Request, error: Exception) -> Response:
    return await _told(request, HTTPException(507, "The store cannot keep or find this now."))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if _wants_data(request):
        told = [{"where": one["loc"], "what": one["msg"]} for one in error.errors()]
        return JSONResponse({"detail": _plain(told)}, 422)
    return await _told(request, HTTPException(422, "That address or form is not right."))


def _plain(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"where": [str(part) for part in one["where"]], "what": one["what"]} for one in told]


async def _failed(request: Request, error: Exception) -> Response:
    return await _told(request, HTTPException(500, "This is a defect of the server; it was noted."))
