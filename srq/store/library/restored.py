"""What users download: as stored, restored, enlarged, or as it came while that can be had.

Files that are made are kept in a cache under a key that says all that decides their bytes: the
stored blob, the record with its restorer, and the format. Of several who ask for the same file at
once one makes it, and the others wait, also in other processes.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import PurePath
from typing import Literal, get_args

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from srq.errors import ConfigError, DataError, ImageError, StorageError
from srq.files import staging
from srq.store.form import JPEG_IN_JXL, ORIGINAL, SUFFIXES, Form
from srq.store.library.database import insert_into
from srq.store.library.library import Library
from srq.store.library.limited import CAME, KilledError, run_limited
from srq.store.library.optimise import limits_of
from srq.store.library.picture_file import encoded
from srq.store.library.references import hold
from srq.store.library.tables import Blob, Candidate, Picture, Restored, now, table_of
from srq.store.restore import keeps_file, restore_file, restore_picture

What = Literal["stored", "restored", "x2", "original"]
WHAT: tuple[What, ...] = get_args(What)

MEDIA = {
    ".avif": "image/avif", ".bmp": "image/bmp", ".gif": "image/gif", ".heic": "image/heic",
    ".jpg": "image/jpeg", ".jxl": "image/jxl", ".png": "image/png", ".tif": "image/tiff",
    ".webp": "image/webp",
}  # fmt: skip
"""Media types by what files end in."""

MADE = (".png", ".webp", ".jpg")
"""What a picture can be made into: two without loss, and JPEG of quality 95."""

_VERSION = 1  # of this file's part in the bytes
_MINUTE = 60
_LEASE = 120  # seconds for which one may make a file before another begins
_PATIENCE = 300.0
_LOOK = 0.05


@dataclass(frozen=True)
class Download:
    """A file to send: ``pieces(start, end)`` are its bytes from ``start`` up to ``end``."""

    name: str
    media_type: str
    etag: str
    size: int
    pieces: Callable[[int, int | None], Iterator[bytes]]


@dataclass(frozen=True)
class Wish:
    """A file that is asked for, and what decides its bytes.

    suffix: what it is made into; None is the file itself.
    """

    name: str
    blob: str
    record: str
    suffix: str | None
    scale: int = 1
    stripped: bool = False

    @cached_property
    def key(self) -> str:
        """The hash of all of it but the name: the ETag."""
        parts = [_VERSION, self.blob, self.record, self.suffix, self.scale, self.stripped]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @cached_property
    def form(self) -> Form | None:
        """The stored form; None where the stored file itself is asked for."""
        return Form.from_json(self.record, self.name) if self.record else None

    @property
    def is_made(self) -> bool:
        """Whether the file is made of the blob, and is not the blob itself."""
        return self.form is not None and (self.suffix is not None or self.form.kind != ORIGINAL)


@dataclass(frozen=True)
class There:
    """A file that lies in the blob store. ``used``: when a made one was last asked for."""

    blob: str
    size: int
    used: int | None = None

    @property
    def is_to_be_noted(self) -> bool:
        """Whether it is worth a write that it is used: not each time, or reading would write."""
        return self.used is not None and self.used < now() - _MINUTE


# Made once, and of the tables' columns: each download asks one of them.
_made, _blob = table_of(Restored).c, table_of(Blob).c
_MADE = select(_made.blob, _made.size, _made.used).where(_made.key == bindparam("key"))
_SIZE = select(_blob.size).where(_blob.sha256 == bindparam("sha256"))


@dataclass(frozen=True)
class Kept:
    """A picture, as far as its files are concerned; fields as those of ``tables.Picture``."""

    id: str
    name: str
    kind: str
    width: int | None
    height: int | None
    sha256: str
    original: str | None
    stored: str | None
    preview: str | None
    record: str | None


_picture = table_of(Picture).c
_KEPT = select(*(_picture[one.name] for one in fields(Kept))).where(
    _picture.id == bindparam("id"), _picture.account_id == bindparam("account_id")
)


def kept(session: Session, account_id: str, picture_id: str) -> Kept | None:
    """The account's picture of that id; None for another's as for none."""
    given = {"id": picture_id, "account_id": account_id}
    row = session.execute(_KEPT, given).one_or_none()
    return None if row is None else Kept(*row)


def wish(
    library: Library,
    picture_id: str,
    what: What = "restored",
    *,
    suffix: str | None = None,
    stripped: bool = False,
    candidate_id: str | None = None,
) -> Wish:
    """What is asked for; nothing is made yet, and ``Wish.key`` may be compared with an ETag.

    what:      "stored" is the stored file; "original" is what came, while it can be had; "restored"
               is the file that came where it is kept, else the picture; "x2" is that at twice its
               size.
    suffix:    one of MADE, to have it as that; None as it is, and PNG where it must be made.
    stripped:  without EXIF and XMP; where the file itself would be sent, its picture is.
    candidate_id: another candidate of the picture in the stored one's place.

    Raises DataError where there is no such picture, candidate or original any more, and
    ConfigError for another suffix.
    """
    with library.database.reading() as session:
        picture = session.get(Picture, picture_id)
        if picture is None:
            raise DataError("There is no such picture.")
        candidate = None if candidate_id is None else session.get(Candidate, candidate_id)
        if candidate_id is not None and candidate is None:
            raise DataError("There is no such candidate any more.")
    return wish_of(library, picture, what, suffix=suffix, stripped=stripped, candidate=candidate)


def wish_of(
    library: Library,
    picture: Picture | Kept,
    what: What = "restored",
    *,
    suffix: str | None = None,
    stripped: bool = False,
    candidate: Candidate | None = None,
) -> Wish:
    """What is asked for, as ``wish`` has it, of rows that are known."""
    if suffix is not None and suffix not in MADE:
        raise ConfigError(f"A picture is made into {', '.join(MADE)}, not {suffix!r}.")
    if picture.stored is None or picture.record is None:
        raise DataError("There is no such picture.")
    blob, record = picture.stored, picture.record
    if candidate is not None:
        if candidate.picture_id != picture.id or candidate.blob is None:
            raise DataError("There is no such candidate any more.")
        blob, record = candidate.blob, candidate.record
    stem = PurePath(picture.name).stem or "picture"
    form = Form.from_json(record, picture.name)
    if what == "original" and not keeps_file(form):
        if picture.original is None:
            raise DataError(f"The original of {picture.name} is gone.")
        blob, record, form = _as_it_came(picture)
    if what == "stored":
        return Wish(stem + form.suffix, blob, "", None)
    makes = what == "x2" or stripped or not keeps_file(form)
    if makes and suffix is None:
        suffix = ".png"
    if suffix is None:
        return Wish(picture.name, blob, record, None)
    scale = 2 if what == "x2" else 1
    pixels = (picture.width or 0) * (picture.height or 0) * scale**2
    if scale > 1 and pixels > library.settings.pixels:
        raise ConfigError(f"{picture.name} is too large to be enlarged.")
    name = stem + (f"-x{scale}" if scale > 1 else "") + suffix
    return Wish(name, blob, record, suffix, scale, stripped)


def there(session: Session, wanted: Wish) -> There | None:
    """Where the file that is asked for lies; None where it is still to be made.

    Raises DataError where there is no such file any more.
    """
    if wanted.is_made:
        row = session.execute(_MADE, {"key": wanted.key}).one_or_none()
        return None if row is None or row.blob is None else There(*row)
    size = session.execute(_SIZE, {"sha256": wanted.blob}).scalar_one_or_none()
    if size is None:
        raise DataError("There is no such file any more.")
    return There(wanted.blob, size)


def download(library: Library, wanted: Wish, found: There | None = None) -> Download:
    """The file that is asked for, from the cache or made; ``found``: it lies there, as is known.

    Raises DataError where a blob is missing or damaged, ImageError where no picture can be made of
    it, StorageError where something refuses.
    """
    if found is None:
        found = _made_once(library, wanted)
    else:
        _note_use(library, wanted, found)
    blob, suffix = found.blob, PurePath(wanted.name).suffix.lower()
    if wanted.form is not None and wanted.suffix is None:
        suffix = ".jpg" if wanted.form.kind == JPEG_IN_JXL else wanted.form.suffix
    media = MEDIA.get(suffix, "application/octet-stream")

    def pieces(start: int = 0, end: int | None = None) -> Iterator[bytes]:
        return library.blobs.pieces(blob, start, end)

    return Download(wanted.name, media, wanted.key, found.size, pieces)


def _as_it_came(picture: Picture | Kept) -> tuple[str, str, Form]:
    form = Form(ORIGINAL, SUFFIXES[picture.kind], picture.sha256)
    return picture.original or "", form.to_json(), form


def _made_once(library: Library, wanted: Wish) -> There:
    """The file of a wish; made by one of all who want it."""
    end = time.monotonic() + _PATIENCE
    while True:
        with library.database.reading() as session:
            found = there(session, wanted)
        if found is not None:
            _note_use(library, wanted, found)
            return found
        if _is_ours(library, wanted.key):
            return _make(library, wanted)
        if time.monotonic() > end:
            raise StorageError(f"{wanted.name} takes too long to be made; try again later.")
        time.sleep(_LOOK)


def _note_use(library: Library, wanted: Wish, found: There) -> None:
    if found.is_to_be_noted:
        with library.database.writing() as session:
            session.execute(update(Restored).where(Restored.key == wanted.key).values(used=now()))


def _is_ours(library: Library, key: str) -> bool:
    """Whether we are to make the file: nobody is, or not for too long."""
    moment = now()
    with library.database.writing() as session:
        row = insert_into(session, Restored, key=key, size=0, leased=moment + _LEASE, used=moment)
        claim = row.on_conflict_do_update(
            index_elements=[Restored.key],
            set_={"leased": moment + _LEASE},
            where=Restored.blob.is_(None)
            & or_(Restored.leased.is_(None), Restored.leased < moment),
        )
        return session.scalar(claim.returning(Restored.key)) is not None


def _make(library: Library, wanted: Wish) -> There:
    try:
        blob = library.blobs.put(_file(library, wanted))
        with library.database.writing() as session:
            row = session.get(Restored, wanted.key, with_for_update=True)
            if row is None:
                row = Restored(key=wanted.key)
                session.add(row)
            if row.blob is None:
                row.blob = hold(session, library.blobs, blob)
            row.size, row.leased, row.used = blob.size, None, now()
    except BaseException:
        with library.database.writing() as session:
            session.execute(
                delete(Restored).where(Restored.key == wanted.key, Restored.blob.is_(None))
            )
        raise
    return There(blob.sha256, blob.size)


def _file(library: Library, wanted: Wish) -> bytes:
    data = library.blobs.get(wanted.blob)
    form = wanted.form or Form.from_json(wanted.record, wanted.name)
    if not keeps_file(form):  # The pixels are of our own encoders.
        picture = restore_picture(data, form, library.engine)
        return encoded(picture, wanted.suffix or ".png", wanted.scale, wanted.stripped)
    came = restore_file(data, form)
    if wanted.suffix is None:
        return came
    with staging(library.folder / "work") as folder:
        (folder / CAME).write_bytes(came)
        task = {
            "task": "picture",
            "name": wanted.name,
            "suffix": wanted.suffix,
            "scale": wanted.scale,
            "stripped": wanted.stripped,
        }
        try:
            found = run_limited(task, folder, limits_of(library))
        except KilledError as error:
            raise ImageError(f"Cannot make {wanted.name}: {error}.") from error
        return (folder / found["file"]).read_bytes()
