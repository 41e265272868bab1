"""The token that every form carries, so that no other site can send one in a visitor's name."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from srq.store.web.security.hosts import SAFE_METHODS
from srq.store.web.security.tokens import are_equal
from srq.store.web.security.visitor import MaybeVisitor
from srq.store.web.server import server_of

FIELD = "form_token"
HEADER = "x-form-token"

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


async def fields_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form, each with its values; files are refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORM_TYPES:
        return {}
    form = await request.form(max_files=0, max_fields=2000)
    found: dict[str, list[str]] = {}
    for key, value in form.multi_items():
        found.setdefault(key, []).append(str(value))
    return found


class Fields:
    """A form's fields."""

    def __init__(self, found: Annotated[dict[str, list[str]], Depends(fields_of)]) -> None:
        self._found = found

    def one(self, name: str) -> str:
        """The field's value without blanks around it; "" where there is none."""
        return self.exact(name).strip()

    def exact(self, name: str) -> str:
        """The field's value as it came."""
        return self._found.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """All values of that name."""
        return self._found.get(name, [])

    def has(self, name: str) -> bool:
        """Whether the field is there, as of a ticked box."""
        return name in self._found


FormFields = Annotated[Fields, Depends()]


async def checked_form(request: Request, visitor: MaybeVisitor) -> None:
    """Answer 403 to what changes things without its token. A program's key needs none.

    Before somebody signs in, the token is that of a cookie of its own.
    """
    if request.method in SAFE_METHODS or (visitor is not None and visitor.by_key):
        return
    if visitor is not None:
        wanted = visitor.form_token
    else:
        wanted = request.cookies.get(server_of(request).cookie.name("form"))
    given = request.headers.get(HEADER)
    if given is None:
        given = (await fields_of(request)).get(FIELD, [None])[0]
    if not are_equal(given, wanted):
        raise HTTPException(403, "This form is too old; load the page again.")
