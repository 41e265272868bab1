"""Many pictures as one ZIP, sent as it is made."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import select
from starlette.responses import StreamingResponse

from srq.errors import SrqError
from srq.store.library.library import Library
from srq.store.library.restored import download, wish
from srq.store.library.tables import AlbumPicture, Picture
from srq.store.web.albums import owned as owned_album
from srq.store.web.security.names import disposition, file_name
from srq.store.web.security.visitor import PageVisitor
from srq.store.web.server import server_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Member:
    """A picture that goes into an archive, with what is known of it beforehand."""

    id: str
    name: str
    created: int


@router.get("/archive")
def archive(request: Request, visitor: PageVisitor, album: str) -> Response:
    """The restored pictures of an album."""
    server = server_of(request)
    with server.database.reading() as session:
        name = owned_album(session, visitor, album).name
        query = (
            select(Picture.id, Picture.name, Picture.created)
            .join(AlbumPicture)
            .where(AlbumPicture.album_id == album, Picture.trashed.is_(None))
        )
        found = [Member(*row) for row in session.execute(query)]
    return sent_archive(server.library, name, found)


def sent_archive(library: Library, name: str, found: Sequence[Member]) -> Response:
    """The ZIP of pictures whose owner was checked. Raises 404 where there are none."""
    if not found:
        raise HTTPException(404, "There are no such pictures.")
    return StreamingResponse(
        archived(library, found),
        headers={"content-disposition": disposition(f"{name}.zip")},
        media_type="application/zip",
    )


@dataclass
class _Sink:
    """What zipfile writes to: it cannot seek, and holds no more than one piece."""

    pieces: list[bytes] = field(default_factory=list)

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> Iterator[bytes]:
        pieces, self.pieces = self.pieces, []
        yield from pieces


def archived(library: Library, found: Sequence[Member]) -> Iterator[bytes]:
    """The ZIP of restored pictures; a picture that cannot be restored is named in a text in it."""
    sink, used, failed = _Sink(), set[str](), list[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as made:  # type: ignore[arg-type]
        for picture in found:
            try:
                wanted = download(library, wish(library, picture.id, "restored"))
                pieces = wanted.pieces(0, None)
            except SrqError as error:
                failed.append(f"{file_name(picture.name)}: {error}")
                continue
            entry = zipfile.ZipInfo(unique(file_name(wanted.name), used), _date(picture.created))
            entry.external_attr = 0o644 << 16
            entry.file_size = wanted.size
            with made.open(entry, "w") as stream:
                for piece in pieces:
                    stream.write(piece)
                    yield from sink.taken()
            yield from sink.taken()
        if failed:
            made.writestr(unique("could-not-be-restored.txt", used), "\n".join(failed) + "\n")
    yield from sink.taken()


def unique(name: str, used: set[str]) -> str:
    """``name``, numbered where a name that differs in its case at most was used."""
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    number, made = 1, name
    while made.casefold() in used:
        number += 1
        made = f"{stem}-{number}{dot}{suffix}"
    used.add(made.casefold())
    return made


def _date(time: int) -> tuple[int, int, int, int, int, int]:
    date = datetime.fromtimestamp(max(time, 315_619_200), UTC)  # ZIP begins with 1980
    return date.year, date.month, date.day, date.hour, date.minute, date.second
