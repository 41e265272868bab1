"""Templates, and what all pages have."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from srq.store.library.tables import Picture
from srq.store.report import size
from srq.store.web.security.forms import FIELD
from srq.store.web.security.tokens import new_token
from srq.store.web.server import server_of

MODES = {
    "exact": ("Exact", "every byte comes back"),
    "visually-lossless": ("Visually lossless", "no difference to be seen side by side"),
    "high": ("High", "differences are hard to find"),
    "small": ("Small", "differences can be seen"),
}
"""The modes that pages offer, in words."""


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """The page of a template for the visitor of ``request``.

    Nobody gets a cookie whose value the forms of the page carry.
    """
    server = server_of(request)
    visitor = getattr(request.state, "visitor", None)
    fresh: str | None = None
    if visitor is not None:
        token = visitor.form_token or ""
    else:
        token = request.cookies.get(server.cookie.name("form")) or (fresh := new_token())
    text = (
        _templates()
        .get_template(template)
        .render(
            values,
            request=request,
            path=request.url.path,
            visitor=visitor,
            form_token=token,
            token=Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token),
            modes=MODES,
        )
    )
    response = HTMLResponse(text, status)
    if fresh is not None:
        server.cookie.set(response, fresh, "form")
    return response


def to(path: str) -> RedirectResponse:
    """After a form: to the page ``path`` of this server."""
    return RedirectResponse(path, 303)


def own_path(path: str, fallback: str = "/") -> str:
    """``path`` if it is one of this server, else ``fallback``: nobody is sent elsewhere."""
    plain = path.startswith("/") and path.isprintable() and "\\" not in path
    return path if plain and not path.startswith("//") else fallback


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("srq.store.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(size=size, day=day, by_month=by_month)
    made.filters.update(times=times, ratio=ratio, plain=plain_name)
    made.globals["static"] = static
    return made


def static(name: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    data = (resources.files("srq.store.web") / "static" / name).read_bytes()
    return hashlib.sha256(data).hexdigest()[:12]


def day(time: int | None) -> str:
    """A date for people."""
    if time is None:
        return ""
    date = datetime.fromtimestamp(time, UTC)
    return f"{date.day} {date:%B %Y}"


def month(time: int) -> str:
    """The month of a date for people."""
    return f"{datetime.fromtimestamp(time, UTC):%B %Y}"


def by_month(pictures: Sequence[Picture]) -> list[tuple[str, list[Picture]]]:
    """``pictures`` as they come, those of the same month together."""
    return [(name, list(some)) for name, some in groupby(pictures, lambda one: month(one.created))]


def times(came: int, takes: int) -> str:
    """How many times smaller; "as it came" where nothing was saved."""
    if not takes or came <= takes:
        return "as it came"
    return ratio(came, takes)


def ratio(came: int, takes: int) -> str:
    """How many times smaller, below 1 where it is larger."""
    found = came / max(1, takes)
    return f"{found:.1f}×" if found < 99.5 else f"{found:.0f}×"


_WAYS = {"avif": "AVIF", "avif444": "AVIF", "jxl": "JPEG XL", "webp": "WebP"}


def plain_name(way: str | None) -> str:
    """A way of storing, in words: "AVIF at 1/2, kim-x2", "JPEG in JPEG XL"."""
    if not way:
        return ""
    if way == "jpeg in jxl":
        return "JPEG inside JPEG XL"
    codec, _, rest = way.partition(" ")
    named = _WAYS.get(codec)
    if named is None:
        return way
    if rest.startswith("1/"):
        scale, _, by = rest.partition(" ")
        return f"{named} at {scale}, {by.capitalize() if by == 'lanczos' else by}"
    return f"{named} {rest}".strip()
