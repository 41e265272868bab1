"""Folders of pictures in and out of a library. What is imported is only read."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from sqlalchemy import select

from srq.errors import SrqError
from srq.files import atomic_write, write_text
from srq.store.library.library import Library
from srq.store.library.pictures import plain_name, take_in
from srq.store.library.restored import What, download, wish
from srq.store.library.tables import AlbumPicture, Picture

MANIFEST = "pictures.jsonl"
"""The file of an exported folder that says what each picture is: a JSON object a line."""

_NOT_IN_NAMES = re.compile(r'[<>:"|?*/\\]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_AT_A_TIME = 200


@dataclass(frozen=True)
class Moved:
    """A file that went in or out: its name; whether it was there; the sentence of what is wrong."""

    name: str
    was_there: bool = False
    sentence: str | None = None


def import_pictures(
    library: Library,
    account_id: str,
    paths: Sequence[Path],
    *,
    album_id: str | None = None,
    mode: str | None = None,
    compare: bool = False,
) -> Iterator[Moved]:
    """Take files in, one after the other; a file that the account has is not taken in twice, so
    that what was broken off may be begun again."""
    for path in paths:
        try:
            taken = take_in(
                library, account_id, path, path.name, album_id=album_id, mode=mode, compare=compare
            )
            yield Moved(str(path), was_there=not taken.is_new)
        except SrqError as error:
            yield Moved(str(path), sentence=str(error))


def export_pictures(
    library: Library,
    account_id: str,
    folder: Path,
    what: What = "restored",
    *,
    album_id: str | None = None,
    suffix: str | None = None,
) -> Iterator[Moved]:
    """Write an account's pictures, the trash aside, into ``folder``, the oldest first.

    A file that is there is passed over. The manifest is written when all are done.
    """
    used: set[str] = set()
    lines: list[str] = []
    for picture in _all(library, account_id, album_id):
        try:
            wanted = wish(library, picture.id, what, suffix=suffix)
            name = unused_name(wanted.name, used)
            path = folder / name
            lines.append(json.dumps(_line(picture, name)))
            if path.exists():
                yield Moved(name, was_there=True)
                continue
            file = download(library, wanted)
            with atomic_write(path) as stream:
                for piece in file.pieces(0, None):
                    stream.write(piece)
            yield Moved(name)
        except SrqError as error:
            yield Moved(picture.name, sentence=str(error))
    write_text(folder / MANIFEST, "".join(f"{line}\n" for line in lines))


def unused_name(name: str, used: set[str]) -> str:
    """``name`` made safe for every file system, and unlike each of ``used``, where it is put."""
    safe = _NOT_IN_NAMES.sub("_", plain_name(name))
    if _DEVICES.fullmatch(safe):
        safe = f"_{safe}"
    path, number = PurePath(safe), 1
    while safe.casefold() in used or safe == MANIFEST:
        number += 1
        safe = f"{path.stem}-{number}{path.suffix}"
    used.add(safe.casefold())
    return safe


def _all(library: Library, account_id: str, album_id: str | None) -> Iterator[Picture]:
    query = select(Picture.id).where(Picture.account_id == account_id, Picture.trashed.is_(None))
    if album_id is not None:
        inside = select(AlbumPicture.picture_id).where(AlbumPicture.album_id == album_id)
        query = query.where(Picture.id.in_(inside))
    with library.database.reading() as session:
        ids = session.scalars(query.order_by(Picture.created, Picture.id)).all()
    for start in range(0, len(ids), _AT_A_TIME):
        with library.database.reading() as session:
            some = session.scalars(
                select(Picture).where(Picture.id.in_(ids[start : start + _AT_A_TIME]))
            ).all()
        yield from sorted(some, key=lambda one: (one.created, one.id))


def _line(picture: Picture, file: str) -> dict[str, object]:
    return {
        "file": file,
        "name": picture.name,
        "sha256": picture.sha256,
        "bytes_came": picture.came,
        "mode": picture.mode,
        "way": picture.way,
        "ssimulacra2": picture.ssimulacra2,
        "kept": picture.kept,
        "record": json.loads(picture.record or "null"),
    }
