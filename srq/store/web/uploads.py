"""Resumable uploads: tus 1.0, with its extensions creation, expiration and termination.

What has come lies in the blob store as parts, and the offset in the database, so that any server
may go on with any upload, and a killed one loses at most the part that was on its way.
"""

import base64
import binascii
import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from srq.errors import SrqError, StorageError
from srq.image.kinds import kind_of
from srq.store.library import references
from srq.store.library.accounts import QuotaError, reserve
from srq.store.library.blobs import Blob, beginning, blob_of
from srq.store.library.library import Library
from srq.store.library.pictures import kept_kind, take_blob, take_in
from srq.store.library.tables import Album, Upload, UploadPart, new_id, now, table_of
from srq.store.web.security.sessions import DAY
from srq.store.web.security.visitor import ApiVisitor
from srq.store.web.server import Server, server_of

VERSION = "1.0.0"
PART = 8 << 20
"""Bytes that are gathered before they become a part."""

_HASH = re.compile(r"[0-9a-f]{64}")
_OPEN_UPLOADS = 500
_EVERY_ANSWER = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}


def checked_version(request: Request) -> None:
    """Answer 412 to a client of another tus."""
    if request.method != "OPTIONS" and request.headers.get("tus-resumable") != VERSION:
        raise HTTPException(412, "Tus-Resumable is not 1.0.0.", {"Tus-Version": VERSION})


_ERRORS: dict[int | str, dict[str, str]] = {
    400: {"description": "Not what tus says."},
    401: {"description": "Sign in, or send a key."},
    403: {"description": "The token of forms is missing."},
    404: {"description": "There is no such upload."},
    409: {"description": "Another offset, or another request goes on."},
    410: {"description": "The upload has ended."},
    412: {"description": "Another version of tus."},
    413: {"description": "More than may be."},
    415: {"description": "No picture of a kind that is kept."},
    422: {"description": "A header is missing or wrong."},
    429: {"description": "Too many uploads are unfinished."},
    460: {"description": "Other bytes came than were told."},
}

router = APIRouter(
    prefix="/uploads",
    tags=["uploads"],
    dependencies=[Depends(checked_version)],
    default_response_class=Response,
    responses=_ERRORS,
)


@router.options("", status_code=204)
def told(request: Request) -> Response:
    """What of tus the server has."""
    most = server_of(request).settings.upload_bytes
    return _answer(
        204,
        {
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,expiration,termination",
            "Tus-Max-Size": str(most),
        },
    )


@router.post("", status_code=201)
def create(
    request: Request,
    visitor: ApiVisitor,
    upload_length: Annotated[int, Header(ge=1)],
    upload_metadata: Annotated[str, Header(max_length=8000)] = "",
) -> Response:
    """Begin an upload of so many bytes; its metadata may name filename, album and sha256."""
    server = server_of(request)
    most = server.settings.upload_bytes
    if upload_length > most:
        raise HTTPException(413, f"This server takes files of up to {most} bytes (--upload-mb).")
    told = metadata(upload_metadata)
    sha256 = told.get("sha256")
    if sha256 is not None and not _HASH.fullmatch(sha256):
        raise HTTPException(400, "sha256 is 64 hexadecimal digits in lower case.")
    row = Upload(
        id=new_id(),
        account_id=visitor.id,
        album_id=told.get("album") or None,
        name=told.get("filename") or "picture",
        length=upload_length,
        sha256=sha256,
        expires=now() + server.settings.upload_days * DAY,
    )
    with server.database.writing() as session:
        if row.album_id is not None:
            album = session.get(Album, row.album_id)
            if album is None or album.account_id != visitor.id:
                raise HTTPException(404, "There is no such album.")
        try:
            reserve(session, visitor.id, upload_length)
        except QuotaError as error:
            raise HTTPException(413, str(error)) from error
        if _unfinished(session, visitor.id) >= _OPEN_UPLOADS:
            raise HTTPException(429, "Too many uploads are unfinished; end or delete some.")
        session.add(row)
    return _answer(201, {"Location": f"/uploads/{row.id}", "Upload-Offset": "0"})


@router.head("/{upload_id}")
def progress(request: Request, visitor: ApiVisitor, upload_id: str) -> Response:
    """How far an upload has come."""
    server = server_of(request)
    row = _owned(server, visitor.id, upload_id)
    if row.offset == row.length and row.picture_id is None:  # killed before its end
        _finish(server, visitor.id, upload_id)
    return _answer(
        200, {"Upload-Offset": str(row.offset), "Upload-Length": str(row.length)} | _until(row)
    )


@router.patch("/{upload_id}", status_code=204)
async def append(
    request: Request,
    visitor: ApiVisitor,
    upload_id: str,
    upload_offset: Annotated[int, Header(ge=0)],
) -> Response:
    """Append the body at an offset. Where the client leaves, what came is kept."""
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise HTTPException(415, "The body is application/offset+octet-stream.")
    server = server_of(request)
    row = await run_in_threadpool(_owned, server, visitor.id, upload_id)
    if row.offset != upload_offset:
        raise HTTPException(409, f"The upload is at {row.offset}, not at {upload_offset}.")
    offset, size = row.offset, 0
    gathered: list[bytes] = []

    async def keep() -> None:
        nonlocal offset, size
        if gathered:
            data = b"".join(gathered)
            gathered.clear()
            await run_in_threadpool(_keep_part, server, row.id, offset, data)
            offset, size = offset + len(data), 0

    try:
        async for piece in request.stream():
            if offset + size + len(piece) > row.length:
                raise HTTPException(413, "More came than the upload has.", {"connection": "close"})
            begins = offset == 0 and not gathered and len(piece) >= min(64, row.length)
            if begins and kind_of(bytes(piece[:64])) is None:
                raise HTTPException(415, "This is not a picture of a kind that is kept.")
            if piece:
                gathered.append(piece)
                size += len(piece)
            if size >= PART:
                await keep()
    except ClientDisconnect:
        await keep()
        return _answer(204, {})
    except HTTPException as error:
        if error.status_code == 408:
            await keep()
        raise
    more: dict[str, str] = {}
    if offset == 0 and size == row.length:  # all of it: it need not lie anywhere before
        picture_id = await run_in_threadpool(_take_whole, server, row, b"".join(gathered))
        offset, more["X-Picture"] = size, picture_id
        return _answer(204, {"Upload-Offset": str(offset)} | _until(row) | more)
    await keep()
    if offset == row.length:
        picture_id = await run_in_threadpool(_finish, server, visitor.id, upload_id)
        more["X-Picture"] = picture_id
    return _answer(204, {"Upload-Offset": str(offset)} | _until(row) | more)


@router.delete("/{upload_id}", status_code=204)
def terminate(request: Request, visitor: ApiVisitor, upload_id: str) -> Response:
    """Give an upload up; what came of it goes."""
    server = server_of(request)
    _owned(server, visitor.id, upload_id)
    with server.database.writing() as session:
        row = session.get(Upload, upload_id)
        if row is not None:
            _drop_parts(session, upload_id)
            session.delete(row)
    return _answer(204, {})


def metadata(header: str) -> dict[str, str]:
    """Upload-Metadata as names and texts. Raises 400 where it is none."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, packed = pair.partition(" ")
        try:
            found[name] = base64.b64decode(packed, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise HTTPException(400, "Upload-Metadata is not what tus says.") from error
    return found


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(None, status, _EVERY_ANSWER | headers)


def _until(row: Upload) -> dict[str, str]:
    return {"Upload-Expires": formatdate(row.expires, usegmt=True)}


def _unfinished(session: Session, account_id: str) -> int:
    query = select(func.count()).where(
        Upload.account_id == account_id, Upload.picture_id.is_(None), Upload.expires > now()
    )
    return session.scalar(query) or 0


def _owned(server: Server, account_id: str, upload_id: str) -> Upload:
    """The account's upload of that id; 404 for another's, 410 once it has ended."""
    with server.database.reading() as session:
        row = session.get(Upload, upload_id)
    if row is None or row.account_id != account_id:
        raise HTTPException(404, "There is no such upload.")
    if row.error is not None:
        raise HTTPException(410, row.error)
    if row.picture_id is None and row.expires <= now():
        raise HTTPException(410, "The upload has expired.")
    return row


def _keep_part(server: Server, upload_id: str, start: int, data: bytes) -> None:
    """Keep a part and move the offset. Raises 409 where another request has moved it."""
    blob = server.library.blobs.put(data)
    with server.database.writing() as session:
        _move(session, upload_id, start, start + len(data))
        held = references.hold(session, server.library.blobs, blob)
        session.add(UploadPart(upload_id=upload_id, start=start, size=len(data), blob=held))


_upload = table_of(Upload)
_MOVED = (
    update(_upload)
    .where(_upload.c.id == bindparam("upload"), _upload.c.picture_id.is_(None))
    .where(_upload.c.offset == bindparam("start"))
    .values(offset=bindparam("end"))
    .returning(_upload.c.id)
)


def _move(session: Session, upload_id: str, start: int, end: int) -> None:
    """Move the offset. Raises 409 where another request has moved it."""
    moved = session.execute(_MOVED, {"upload": upload_id, "start": start, "end": end})
    if moved.first() is None:
        raise HTTPException(409, "Another request has gone on with this upload.")


def _take_whole(server: Server, row: Upload, data: bytes) -> str:
    """Make the picture of an upload that came in one request; its id. Raises 409 where another
    request has gone on with it, 415 and the like where it cannot be kept."""
    library = server.library
    blob = blob_of(data)
    with _failing(server, row.id):
        kind = kept_kind(beginning(data), row.name)
        _check(row, blob)
        blob = library.blobs.put(blob)
        with server.database.writing() as session:
            _move(session, row.id, 0, len(data))
            return take_blob(
                session, library, row.account_id, blob, kind, row.name,
                album_id=row.album_id, upload_id=row.id,
            ).picture_id  # fmt: skip


def _finish(server: Server, account_id: str, upload_id: str) -> str:
    """Make the picture of all parts; its id. Raises 415 and the like where it cannot be kept."""
    with server.database.reading() as session:
        row = session.get(Upload, upload_id)
        parts = list(
            session.scalars(
                select(UploadPart)
                .where(UploadPart.upload_id == upload_id)
                .order_by(UploadPart.start)
            )
        )
    if row is None:
        raise HTTPException(404, "There is no such upload.")
    if row.picture_id is not None:
        return row.picture_id
    with tempfile.TemporaryDirectory(prefix="srq-upload-") as folder, _failing(server, upload_id):
        blob = _joined(server.library, parts, Path(folder) / "upload")
        _check(row, blob)
        taken = take_in(
            server.library, account_id, blob, row.name,
            album_id=row.album_id, upload_id=upload_id,
        )  # fmt: skip
    with server.database.writing() as session:
        _drop_parts(session, upload_id)
    return taken.picture_id


def _joined(library: Library, parts: Sequence[UploadPart], path: Path) -> Blob:
    """The parts in one file, hashed as it is written."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as stream:
        for part in parts:
            for piece in library.blobs.pieces(part.blob or ""):
                stream.write(piece)
                digest.update(piece)
                size += len(piece)
    return Blob(digest.hexdigest(), size, path)


class _FaultError(SrqError):
    """What came is not what was told."""


def _check(row: Upload, blob: Blob) -> None:
    if blob.size != row.length:
        raise _FaultError(f"{blob.size} bytes came of {row.length}; upload it again.")
    if row.sha256 not in (None, blob.sha256):
        raise _FaultError("What came has another SHA-256 than was told; upload it again.")


@contextmanager
def _failing(server: Server, upload_id: str) -> Iterator[None]:
    """End the upload where what came cannot be kept."""
    try:
        yield
    except _FaultError as error:
        raise _fail(server, upload_id, 460, str(error)) from error
    except QuotaError as error:
        raise _fail(server, upload_id, 413, str(error)) from error
    except StorageError:
        raise  # It may be better soon; the upload goes on.
    except SrqError as error:
        raise _fail(server, upload_id, 415, str(error)) from error


def _fail(server: Server, upload_id: str, status: int, sentence: str) -> HTTPException:
    with server.database.writing() as session:
        _drop_parts(session, upload_id)
        session.execute(update(Upload).where(Upload.id == upload_id).values(error=sentence))
    return HTTPException(status, sentence)


def _drop_parts(session: Session, upload_id: str) -> None:
    parts = list(session.scalars(select(UploadPart).where(UploadPart.upload_id == upload_id)))
    for part in parts:
        session.delete(part)
    session.flush()
    references.release(session, *(part.blob for part in parts))
