"""Whether all is there that should be, and nothing else.

Each finding is a sentence. What ``repair`` mends loses nothing: counts are made right, files
without rows become unused blobs, and jobs that were lost are made again.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy import and_, func, or_, select, union_all, update
from sqlalchemy.orm import Session, aliased

from srq.errors import DataError, SrqError
from srq.store.form import Form
from srq.store.library.blobs import BEGINNINGS
from srq.store.library.gc import ORPHAN_AGE
from srq.store.library.jobs import OPTIMISE, enqueue
from srq.store.library.library import Library
from srq.store.library.pictures import DECIDED, WAITING, bytes_of, recount, source_of
from srq.store.library.references import adopt, release
from srq.store.library.tables import (
    BLOB_COLUMNS,
    Account,
    Blob,
    Candidate,
    Job,
    Picture,
    Restored,
    now,
)
from srq.store.restore import keeps_file, restore_file, restore_picture

_AT_A_TIME = 500


@dataclass
class Checked:
    """What was looked at, and every finding.

    lost:   what only a copy brings back.
    wrong:  what ``repair`` mends, or has mended.
    """

    pictures: int = 0
    blobs: int = 0
    bytes: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether there is no finding."""
        return not self.lost and not self.wrong


def check(
    library: Library, *, deep: bool = False, repair: bool = False, orphan_age: int = ORPHAN_AGE
) -> Checked:
    """Look through a library that others may use meanwhile.

    deep:       read every blob and restore every picture too.
    repair:     mend what can be.
    orphan_age: seconds from which on a file without a row is a finding; a younger one may be of a
                process that is about to name it.
    """
    found = Checked()
    _counts(library, found, repair)
    for begins in BEGINNINGS:
        _files(library, begins, found, deep, repair, orphan_age)
    for pictures in _pictures(library):
        for picture in pictures:
            found.pictures += 1
            _picture(library, picture, found, deep, repair)
    _bytes(library, found, repair)
    _accounts(library, found, repair)
    return found


def _counts(library: Library, found: Checked, repair: bool) -> None:
    """Each blob is counted as often as it is named."""
    names = union_all(
        *(select(column.label("sha256")).where(column.is_not(None)) for column in BLOB_COLUMNS)
    ).subquery()
    real = select(names.c.sha256, func.count().label("refs")).group_by(names.c.sha256).subquery()
    query = (
        select(Blob.sha256, Blob.refs, func.coalesce(real.c.refs, 0))
        .join(real, real.c.sha256 == Blob.sha256, isouter=True)
        .where(Blob.refs != func.coalesce(real.c.refs, 0))
    )
    with _session(library, repair) as session:
        for sha256, said, refs in session.execute(query).all():
            found.wrong.append(f"Blob {sha256[:12]}... is named {refs} times, not {said}.")
            if repair:
                session.execute(
                    update(Blob)
                    .where(Blob.sha256 == sha256)
                    .values(refs=refs, unused=None if refs else now())
                )


def _files(
    library: Library, begins: str, found: Checked, deep: bool, repair: bool, orphan_age: int
) -> None:
    """Of the names that begin so, each named blob is there and sound, and each file has a row."""
    moment = now()
    there = {one.sha256: one for one in library.blobs.all(begins)}
    with library.database.reading() as session:
        query = select(Blob.sha256, Blob.size, Blob.refs)
        rows = session.execute(query.where(Blob.sha256 >= begins, Blob.sha256 < f"{begins}g")).all()
    lost = []
    for sha256, size, refs in rows:
        one = there.pop(sha256, None)
        found.blobs += 1
        found.bytes += size
        if refs <= 0:
            continue  # It may have been removed, with its row still to go.
        if one is None and (library.blobs.has(sha256) or not _is_named(library, sha256)):
            continue  # It came or went while we looked.
        if one is None:
            lost.append((sha256, "is missing"))
        elif one.size != size:
            lost.append((sha256, f"has {one.size} bytes, not {size}"))
        elif deep:
            try:
                library.blobs.get(sha256)
            except DataError:
                lost.append((sha256, "is damaged"))
    for sha256, why in lost:
        _lost_blob(library, sha256, why, found, repair)
    orphans = [one for one in there.values() if one.since < moment - orphan_age]
    if not orphans:
        return
    with library.database.reading() as session:  # Some may have got their rows meanwhile.
        orphans = [one for one in orphans if session.get(Blob, one.sha256) is None]
    found.wrong += [f"File {one.sha256[:12]}... has no row." for one in orphans]
    if repair:
        adopt(library.database, orphans)


def _is_named(library: Library, sha256: str) -> bool:
    with library.database.reading() as session:
        row = session.get(Blob, sha256)
    return row is not None and row.refs > 0


def _lost_blob(library: Library, sha256: str, why: str, found: Checked, repair: bool) -> None:
    """A blob is gone: of the cache and of previews it is made again, else it is lost."""
    with _session(library, repair) as session:
        cached = session.scalars(select(Restored).where(Restored.blob == sha256)).all()
        for row in cached:
            found.wrong.append(f"Blob {sha256[:12]}... of the cache {why}.")
            if repair:
                session.delete(row)
                release(session, sha256)
        shown = session.scalars(select(Picture).where(Picture.preview == sha256)).all()
        for picture in shown:
            found.wrong.append(f"Blob {sha256[:12]}..., the preview of {picture.name}, {why}.")
            if repair:
                picture.preview = None
                release(session, sha256)
                recount(session, picture)
                if source_of(picture) is not None:
                    enqueue(session, OPTIMISE, picture.id)
        refs = session.scalar(select(Blob.refs).where(Blob.sha256 == sha256)) or 0
        if repair and refs <= 0:
            library.blobs.delete(sha256)  # Where it is made again, it is to be written again.
        if refs - (0 if repair else len(cached) + len(shown)) > 0:
            found.lost.append(f"Blob {sha256[:12]}..., {_named_by(session, sha256)}, {why}.")


def _named_by(session: Session, sha256: str) -> str:
    for column in (Picture.original, Picture.stored):
        picture = session.scalars(select(Picture).where(column == sha256)).first()
        if picture is not None:
            return f"the {column.key} of {picture.name} ({picture.id})"
    return "of a candidate, an upload or a Program"


def _pictures(library: Library) -> Iterator[list[Picture]]:
    last = ""
    while True:
        with library.database.reading() as session:
            query = select(Picture).where(Picture.id > last).order_by(Picture.id).limit(_AT_A_TIME)
            some = list(session.scalars(query))
        if not some:
            return
        last = some[-1].id
        yield some


def _picture(library: Library, picture: Picture, found: Checked, deep: bool, repair: bool) -> None:
    """A picture has its stored form, and its original while that was not measured."""
    told = f"{picture.name} ({picture.id})"
    try:
        form = Form.from_json(picture.record or "", told)
    except DataError as error:
        found.lost.append(str(error))
        return
    if picture.stored is None:
        found.lost.append(f"{told} has no stored file.")
        return
    if picture.state == WAITING and source_of(picture) is None:
        found.lost.append(f"{told} is not decided, and its original is gone.")
    if not keeps_file(form) and picture.ssimulacra2 is None:
        found.lost.append(f"{told} is stored with loss, and was never measured.")
    due = picture.state == WAITING or (picture.state == DECIDED and picture.release_at is None)
    if due:
        with _session(library, repair) as session:
            row = session.get(Picture, picture.id)
            job = session.scalar(select(Job.id).where(Job.picture_id == picture.id))
            if row is not None and row.state == picture.state and job is None:
                found.wrong.append(f"{told} waits, and there is no job for it.")
                if repair:
                    enqueue(session, OPTIMISE, picture.id)
    if deep:
        try:
            data = library.blobs.get(picture.stored)
            if keeps_file(form):
                restore_file(data, form)
            else:
                restore_picture(data, form, library.engine)
        except SrqError as error:
            found.lost.append(f"{told} cannot be restored: {error}")


def _bytes(library: Library, found: Checked, repair: bool) -> None:
    """The bytes of each picture are those of its blobs and its record."""
    stored, original, preview = aliased(Blob), aliased(Blob), aliased(Blob)
    parts = Picture.stored_bytes + Picture.original_bytes + Picture.preview_bytes
    record = func.length(func.coalesce(Picture.record, ""))
    apart = Picture.original.is_distinct_from(Picture.stored)
    more = select(Candidate.id).where(
        Candidate.picture_id == Picture.id, Candidate.blob.is_not(None)
    )
    seem_wrong = (
        select(Picture.id)
        .join(stored, stored.sha256 == Picture.stored, isouter=True)
        .join(original, and_(original.sha256 == Picture.original, apart), isouter=True)
        .join(preview, preview.sha256 == Picture.preview, isouter=True)
        .where(
            or_(
                Picture.stored_bytes != func.coalesce(stored.size, 0) + record,
                Picture.original_bytes != func.coalesce(original.size, 0),
                Picture.preview_bytes != func.coalesce(preview.size, 0),
                Picture.bytes < parts,
                and_(Picture.bytes > parts, ~more.exists()),
            )
        )
    )
    with library.database.reading() as session:
        ids = session.scalars(seem_wrong).all()
    for picture_id in ids:
        with _session(library, repair) as session:
            picture = session.get(Picture, picture_id, with_for_update=repair)
            if picture is None:
                continue
            real = bytes_of(session, picture)
            if any(getattr(picture, name) != size for name, size in real.items()):
                told = f"{picture.name} ({picture.id})"
                found.wrong.append(f"{told} takes {real['bytes']} bytes, and other sums are noted.")
                if repair:
                    recount(session, picture)


def _accounts(library: Library, found: Checked, repair: bool) -> None:
    """Each account uses the sum of its pictures' bytes."""
    real = (
        select(Picture.account_id, func.sum(Picture.bytes).label("bytes"))
        .group_by(Picture.account_id)
        .subquery()
    )
    query = (
        select(Account.id, Account.name, Account.used, func.coalesce(real.c.bytes, 0))
        .join(real, real.c.account_id == Account.id, isouter=True)
        .where(Account.used != func.coalesce(real.c.bytes, 0))
    )
    with _session(library, repair) as session:
        for account_id, name, said, size in session.execute(query).all():
            found.wrong.append(f"Account {name} uses {size} bytes, not {said}.")
            if repair:
                session.execute(
                    update(Account).where(Account.id == account_id).values(used=int(size))
                )


def _session(library: Library, repair: bool) -> AbstractContextManager[Session]:
    return library.database.writing() if repair else library.database.reading()
