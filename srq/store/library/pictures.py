"""Pictures of an account: taken in, decided, let go, trashed, deleted.

The original of a picture is there from the moment it is accepted until ``let_go``, which wants that
its stored form was measured, that its grace is over, and that the stored bytes are still those.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import bindparam, select, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.orm import Session

from srq.errors import DataError, UnsupportedImageError
from srq.image.kinds import kind_of
from srq.store.form import ORIGINAL, SUFFIXES, Form
from srq.store.library import albums, tables
from srq.store.library.accounts import check_room, locked, note_change
from srq.store.library.blobs import Blob, beginning
from srq.store.library.jobs import OPTIMISE, enqueue
from srq.store.library.library import Library
from srq.store.library.references import hold, hold_again, release
from srq.store.library.tables import Candidate, Picture, Upload, now, table_of
from srq.store.modes import mode_named
from srq.store.restore import keeps_file

WAITING, DECIDED, SETTLED, FAILED = "waiting", "decided", "settled", "failed"
"""The states of a picture."""

_LONGEST_NAME = 200

# Made once: each upload needs them.
_HAD = select(Picture).where(
    Picture.account_id == bindparam("account_id"), Picture.sha256 == bindparam("sha256")
)
_upload = table_of(Upload)
_ENDED = (
    update(_upload)
    .where(_upload.c.id == bindparam("upload"))
    .values(picture_id=bindparam("picture"))
)


@dataclass(frozen=True)
class Taken:
    """A picture that was taken in; not new where the account had the very file."""

    picture_id: str
    is_new: bool


def take_in(
    library: Library,
    account_id: str,
    source: bytes | Path | Blob,
    name: str,
    *,
    album_id: str | None = None,
    mode: str | None = None,
    compare: bool = True,
    upload_id: str | None = None,
) -> Taken:
    """Accept a file: from here on it is not lost. A worker decides about it later.

    mode:      what is to hold; by default the album's or the account's.
    compare:   whether all modes are tried, for the slider.
    upload_id: the upload that ends with it, which had reserved its bytes.

    A file that the account has, or has in its trash, is not taken in twice. Raises
    UnsupportedImageError where the content is of no kind that is kept, QuotaError where there is
    no room, ConfigError for an unknown mode or album.
    """
    kind = kept_kind(beginning(source), name)
    if mode is not None:
        mode_named(mode)
    blob = library.blobs.put(source)
    with library.database.writing() as session:
        return take_blob(
            session, library, account_id, blob, kind, name,
            album_id=album_id, mode=mode, compare=compare, upload_id=upload_id,
        )  # fmt: skip


def kept_kind(begins: bytes, name: str) -> str:
    """What a file that so begins is; UnsupportedImageError where it is of no kind that is kept."""
    kind = kind_of(begins)
    if kind is None or kind not in SUFFIXES:
        raise UnsupportedImageError(f"Cannot keep {plain_name(name)}: it is not a picture.")
    return kind


def take_blob(
    session: Session,
    library: Library,
    account_id: str,
    blob: Blob,
    kind: str,
    name: str,
    *,
    album_id: str | None = None,
    mode: str | None = None,
    compare: bool = True,
    upload_id: str | None = None,
) -> Taken:
    """Accept a blob that was put, of a kind that is kept, in a transaction: as ``take_in``."""
    account = locked(session, account_id)  # so that two of the same file are one
    had = has(session, account_id, blob.sha256)
    if had is not None:
        had.trashed = None
        _link(session, account_id, had.id, album_id, upload_id)
        return Taken(had.id, False)
    check_room(session, account, blob.size, upload_id=upload_id)
    album = None if album_id is None else albums.owned_album(session, account_id, album_id)
    record = Form(ORIGINAL, SUFFIXES[kind], blob.sha256).to_json()
    takes = blob.size + len(record.encode())  # as ``bytes_of`` counts: the blob once
    picture = Picture(
        id=tables.new_id(), account_id=account_id, name=plain_name(name), kind=kind,
        sha256=blob.sha256, came=blob.size, compare=compare,
        mode=mode or (album.mode if album is not None else None) or account.mode,
        original=hold(session, library.blobs, blob, columns=2), stored=blob.sha256,
        record=record, way="as it came", bytes=takes, stored_bytes=takes,
    )  # fmt: skip
    session.add(picture)
    session.flush()
    _link(session, account_id, picture.id, album_id, upload_id)
    enqueue(session, OPTIMISE, picture.id)
    note_change(session, account_id, pictures=1, came=blob.size, size=takes)
    return Taken(picture.id, True)


def plain_name(name: str) -> str:
    """A file's name without folders, control and direction characters, of no great length."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    stem, dot, suffix = kept.strip(". ").rpartition(".")
    if not dot or len(suffix) > 10:
        return kept.strip(". ")[:_LONGEST_NAME] or "picture"
    return f"{stem[: _LONGEST_NAME - 11]}.{suffix}"


def has(session: Session, account_id: str, sha256: str) -> Picture | None:
    """The picture of this account whose file had that hash; nothing is told of other accounts."""
    return session.scalar(_HAD, {"account_id": account_id, "sha256": sha256})


def owned(session: Session, account_id: str, picture_id: str) -> Picture | None:
    """The picture of that id, if it is the account's."""
    picture = session.get(Picture, picture_id)
    return picture if picture is not None and picture.account_id == account_id else None


def choose_mode(session: Session, picture: Picture, mode: str) -> None:
    """Hold another mode: at once where its candidate is there, else when a worker has made it.

    Raises ConfigError for an unknown mode, and DataError where the original is gone.
    """
    mode_named(mode)
    candidate = session.scalar(
        select(Candidate).where(Candidate.picture_id == picture.id, Candidate.mode == mode)
    )
    if candidate is not None and candidate.blob is not None and picture.state == DECIDED:
        take_candidate(session, picture, candidate, picture.release_at)
        return
    if source_of(picture) is None:
        raise DataError(f"The original of {picture.name} is gone; its mode stays {picture.mode}.")
    picture.mode = mode
    picture.release_at = None
    enqueue(session, OPTIMISE, picture.id)


def source_of(picture: Picture) -> str | None:
    """The blob from which the file that came can be had; None once only its picture can."""
    if picture.original is not None:
        return picture.original
    form = Form.from_json(picture.record or "")
    return picture.stored if keeps_file(form) else None


def take_candidate(
    session: Session, picture: Picture, candidate: Candidate, release_at: int | None
) -> None:
    """Make a candidate the stored form of its picture; the original is there until then."""
    assert candidate.blob is not None
    held = hold_again(session, candidate.blob)
    release(session, picture.stored)
    picture.stored = held
    picture.mode, picture.record = candidate.mode, candidate.record
    picture.way, picture.quality = candidate.way, candidate.quality
    picture.ssimulacra2, picture.psnr = candidate.ssimulacra2, candidate.psnr
    picture.ssim = candidate.ssim
    picture.state, picture.failure = DECIDED, None
    picture.decided, picture.release_at = now(), release_at
    recount(session, picture)


def let_go(library: Library, picture_id: str) -> bool:
    """Let the original of a decided picture go, and its other candidates; False if it is not time.

    Raises DataError where the stored bytes are not those that were measured: all stays.
    """
    with library.database.reading() as session:
        picture = session.get(Picture, picture_id)
    if picture is None or not _may_go(picture):
        return False
    seen = picture.stored
    library.blobs.get(seen or "")
    with library.database.writing() as session:
        picture = session.get(Picture, picture_id, with_for_update=True)
        if picture is None or not _may_go(picture) or picture.stored != seen:
            return False
        for candidate in _candidates(session, picture_id):
            release(session, candidate.blob)
            candidate.blob = None
        release(session, picture.original)
        picture.original, picture.state, picture.release_at = None, SETTLED, None
        recount(session, picture)
    return True


def due(session: Session, limit: int) -> list[str]:
    """The ids of pictures whose originals may go, those first whose time came first."""
    query = (
        select(Picture.id)
        .where(Picture.state == DECIDED, Picture.release_at <= now(), Picture.trashed.is_(None))
        .order_by(Picture.release_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def trash(session: Session, account_id: str, ids: Sequence[str]) -> int:
    """Put the account's pictures of these ids into the trash; how many went there."""
    return _set_trashed(session, account_id, ids, now())


def untrash(session: Session, account_id: str, ids: Sequence[str]) -> int:
    """Take the account's pictures of these ids out of the trash; how many came out."""
    return _set_trashed(session, account_id, ids, None)


def delete(session: Session, account_id: str, ids: Sequence[str]) -> int:
    """Remove the account's pictures of these ids for ever; how many there were.

    Their blobs go once no row names them, after the time of ``Settings.unused``.
    """
    pictures = session.scalars(
        select(Picture)
        .where(Picture.account_id == account_id, Picture.id.in_(ids))
        .order_by(Picture.id)
        .with_for_update()
    ).all()
    blobs: list[str | None] = []
    for picture in pictures:
        blobs += [picture.original, picture.stored, picture.preview]
        blobs += [candidate.blob for candidate in _candidates(session, picture.id)]
        note_change(session, account_id, pictures=-1, came=-picture.came, size=-picture.bytes)
    session.execute(delete_rows(Picture).where(Picture.id.in_([one.id for one in pictures])))
    release(session, *blobs)
    return len(pictures)


def recount(session: Session, picture: Picture) -> None:
    """Bring the bytes of a picture up to date, and the sums that they are part of."""
    session.flush()
    before = picture.bytes
    for name, size in bytes_of(session, picture).items():
        setattr(picture, name, size)
    change = picture.bytes - before
    if change:
        note_change(session, picture.account_id, size=change)


def bytes_of(session: Session, picture: Picture) -> dict[str, int]:
    """What a picture takes by its blobs and its record, by the columns that have it. A blob that it
    names twice counts once: as the stored file, else as the original."""
    names = {picture.original, picture.stored, picture.preview}
    names |= {candidate.blob for candidate in _candidates(session, picture.id)}
    query = select(tables.Blob.sha256, tables.Blob.size).where(
        tables.Blob.sha256.in_([name for name in names if name])
    )
    sizes = dict(session.execute(query).all())
    record = len((picture.record or "").encode())
    every = sum(sizes.values()) + record
    return {
        "bytes": every,
        "stored_bytes": sizes.pop(picture.stored or "", 0) + record,
        "original_bytes": sizes.pop(picture.original or "", 0),
        "preview_bytes": sizes.pop(picture.preview or "", 0),
    }


def _candidates(session: Session, picture_id: str) -> Sequence[Candidate]:
    return session.scalars(select(Candidate).where(Candidate.picture_id == picture_id)).all()


def _may_go(picture: Picture) -> bool:
    return (
        picture.state == DECIDED
        and picture.trashed is None
        and picture.release_at is not None
        and picture.release_at <= now()
    )


def _set_trashed(session: Session, account_id: str, ids: Sequence[str], moment: int | None) -> int:
    changes = Picture.trashed.is_(None) if moment else Picture.trashed.is_not(None)
    change = (
        update(Picture)
        .where(Picture.account_id == account_id, Picture.id.in_(ids), changes)
        .values(trashed=moment)
    )
    return len(session.scalars(change.returning(Picture.id)).all())


def _link(
    session: Session, account_id: str, picture_id: str, album_id: str | None, upload_id: str | None
) -> None:
    if album_id is not None:
        albums.add(session, account_id, album_id, [picture_id])
    if upload_id is not None:
        session.execute(_ENDED, {"upload": upload_id, "picture": picture_id})
