"""The bytes of pictures, with headers that keep browsers from running them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import HTTPException, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from srq.errors import DataError, SrqError
from srq.store.library.blobs import PIECE
from srq.store.library.restored import Download, Kept, There, What, Wish, download, there, wish_of
from srq.store.library.tables import Candidate, Picture
from srq.store.web.security.headers import FILE_POLICY
from srq.store.web.security.names import disposition
from srq.store.web.server import server_of

VIEW_PIXELS = 6_000_000
"""Up to so many pixels a page shows the very pixels, as PNG; beyond, a JPEG of high quality."""


@dataclass(frozen=True)
class Asked:
    """A file that is asked for, and where it lies if it need not be made."""

    wanted: Wish
    found: There | None

    @property
    def is_at_hand(self) -> bool:
        """Whether ``response`` makes and writes nothing, and reads a piece at most."""
        return self.found is not None and self.found.size <= PIECE and not self.found.is_to_be_noted

    def response(self, request: Request) -> Response:
        """The file, made if need be, or 304 where the browser has it. Called outside of
        transactions.

        404 where the picture has no such file any more, 409 where it cannot be made.
        """
        etag = f'"{self.wanted.key}"'
        headers = {"etag": etag, "cache-control": "private, no-cache"}
        if has_already(request, etag):
            return Response(None, 304, headers)
        with _refusing():
            library = server_of(request).library
            return as_response(download(library, self.wanted, self.found), headers)


@dataclass(frozen=True)
class Shown:
    """A blob that is shown on pages, such as a preview, and may be kept by browsers for a time."""

    sha256: str
    media_type: str
    is_at_hand = True

    def response(self, request: Request) -> Response:
        """The blob, or 304 where the browser has it; 404 where it is gone."""
        etag = f'"{self.sha256}"'
        headers = {
            "etag": etag,
            "cache-control": "private, max-age=3600",
            "content-security-policy": FILE_POLICY,
        }
        if has_already(request, etag):
            return Response(None, 304, headers)
        with _refusing():
            data = b"".join(server_of(request).library.blobs.pieces(self.sha256))
        return Response(data, headers=headers, media_type=self.media_type)


def asked(
    session: Session,
    request: Request,
    picture: Picture | Kept,
    what: What,
    *,
    suffix: str | None = None,
    stripped: bool = False,
    candidate: Candidate | None = None,
) -> Asked:
    """A file of a picture whose owner was checked, in the transaction that checked it.

    404 where the picture has no such file any more, 409 where there is no such file of it.
    """
    with _refusing():
        wanted = wish_of(
            server_of(request).library, picture, what,
            suffix=suffix, stripped=stripped, candidate=candidate,
        )  # fmt: skip
        return Asked(wanted, there(session, wanted))


def as_response(found: Download, headers: dict[str, str]) -> Response:
    """A file, always as an attachment: ``<img>`` shows it all the same, and no browser opens it.

    One of no more than a piece is read here, once, and sent at once.
    """
    headers = {
        "content-disposition": disposition(found.name),
        "content-length": str(found.size),
        "content-security-policy": FILE_POLICY,
        **headers,
    }
    if found.size <= PIECE:
        data = b"".join(found.pieces(0, found.size))
        return Response(data, headers=headers, media_type=found.media_type)
    return StreamingResponse(found.pieces(0, None), headers=headers, media_type=found.media_type)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except DataError as error:
        raise HTTPException(404, str(error)) from error
    except SrqError as error:
        raise HTTPException(409, str(error)) from error


def has_already(request: Request, etag: str) -> bool:
    """Whether If-None-Match has it."""
    given = request.headers.get("if-none-match", "")
    return etag in [one.strip().removeprefix("W/") for one in given.split(",")]


def view_suffix(width: int | None, height: int | None) -> str:
    """As what a page shows a picture of that size."""
    return ".png" if (width or 0) * (height or 0) <= VIEW_PIXELS else ".jpg"
