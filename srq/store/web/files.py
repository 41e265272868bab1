"""The bytes of pictures, with headers that keep browsers from running them."""

from fastapi import HTTPException, Request, Response
from starlette.responses import StreamingResponse

from srq.errors import DataError, SrqError
from srq.store.library.restored import Download, What, download, wish
from srq.store.web.security.headers import FILE_POLICY
from srq.store.web.security.names import disposition
from srq.store.web.server import Server, server_of

VIEW_PIXELS = 6_000_000
"""Up to so many pixels a page shows the very pixels, as PNG; beyond, a JPEG of high quality."""


def sent(
    request: Request,
    picture_id: str,
    what: What,
    *,
    suffix: str | None = None,
    stripped: bool = False,
    candidate_id: str | None = None,
) -> Response:
    """A file of a picture whose owner was checked, or 304 where the browser has it.

    404 where the picture has no such file any more, 409 where it cannot be made.
    """
    library = server_of(request).library
    try:
        wanted = wish(
            library, picture_id, what, suffix=suffix, stripped=stripped, candidate_id=candidate_id
        )
        etag = f'"{wanted.key}"'
        headers = {"etag": etag, "cache-control": "private, no-cache"}
        if has_already(request, etag):
            return Response(None, 304, headers)
        found = download(library, wanted)
    except DataError as error:
        raise HTTPException(404, str(error)) from error
    except SrqError as error:
        raise HTTPException(409, str(error)) from error
    return as_response(found, headers)


def as_response(found: Download, headers: dict[str, str]) -> Response:
    """A file, always as an attachment: ``<img>`` shows it all the same, and no browser opens it."""
    return StreamingResponse(
        found.pieces(0, None),
        headers={
            "content-disposition": disposition(found.name),
            "content-length": str(found.size),
            "content-security-policy": FILE_POLICY,
            **headers,
        },
        media_type=found.media_type,
    )


def sent_blob(request: Request, server: Server, sha256: str, media_type: str) -> Response:
    """A blob that is shown on pages, such as a preview."""
    etag = f'"{sha256}"'
    headers = {
        "etag": etag,
        "cache-control": "private, max-age=3600",
        "content-security-policy": FILE_POLICY,
    }
    if has_already(request, etag):
        return Response(None, 304, headers)
    try:
        pieces = server.library.blobs.pieces(sha256)
    except DataError as error:
        raise HTTPException(404, "The file is missing.") from error
    return StreamingResponse(pieces, headers=headers, media_type=media_type)


def has_already(request: Request, etag: str) -> bool:
    """Whether If-None-Match has it."""
    given = request.headers.get("if-none-match", "")
    return etag in [one.strip().removeprefix("W/") for one in given.split(",")]


def view_suffix(width: int | None, height: int | None) -> str:
    """As what a page shows a picture of that size."""
    return ".png" if (width or 0) * (height or 0) <= VIEW_PIXELS else ".jpg"
