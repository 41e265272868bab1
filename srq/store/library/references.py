"""How often each blob is named by rows, so that one that is named no more can be deleted.

Whoever sets a column of ``tables.BLOB_COLUMNS`` calls ``hold`` in the same transaction, and whoever
clears it calls ``release``. A blob is deleted in two steps: the count falls to 0 and the time is
noted; later ``sweep_unused`` locks the row, sees that it is still unused, and removes first the
file and then the row. ``hold`` locks the row too before it looks whether the file is there, so that
it either finds the file and keeps it, or finds that it is gone and puts it again.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Insert, delete, select, update
from sqlalchemy.orm import Session

from srq.store.library import tables
from srq.store.library.blobs import Blob, Blobs, Found
from srq.store.library.database import Database, dialect_of, insert_for

_AT_A_TIME = 100


def hold(session: Session, blobs: Blobs, blob: Blob, columns: int = 1) -> str:
    """Count one more row that names a blob which was put, in so many columns; its SHA-256."""
    row = {"sha256": blob.sha256, "size": blob.size, "refs": columns, "unused": None}
    session.execute(_holding(dialect_of(session)), row)
    if not blobs.has(blob.sha256):
        blobs.put(blob.source)
    return blob.sha256


@cache
def _holding(dialect: str) -> Insert:
    row = insert_for(dialect, tables.Blob)
    refs = tables.table_of(tables.Blob).c.refs + row.excluded.refs
    return row.on_conflict_do_update(index_elements=["sha256"], set_={"refs": refs, "unused": None})


def hold_again(session: Session, sha256: str) -> str:
    """Count one more row that names a blob which another row names."""
    session.execute(
        update(tables.Blob)
        .where(tables.Blob.sha256 == sha256)
        .values(refs=tables.Blob.refs + 1, unused=None)
    )
    return sha256


def release(session: Session, *names: str | None) -> None:
    """Count one row less that names each of the blobs; None is no blob."""
    for sha256 in sorted(name for name in names if name):  # in one order: no deadlocks
        session.execute(
            update(tables.Blob)
            .where(tables.Blob.sha256 == sha256)
            .values(refs=tables.Blob.refs - 1)
        )
        session.execute(
            update(tables.Blob)
            .where(tables.Blob.sha256 == sha256, tables.Blob.refs <= 0)
            .values(unused=tables.now())
        )


def sweep_unused(database: Database, blobs: Blobs, before: int) -> tuple[int, int]:
    """Delete the blobs that were unused before the time ``before``: how many, and their bytes."""
    count = size = 0
    while True:
        with database.writing() as session:
            found = session.execute(
                select(tables.Blob.sha256, tables.Blob.size)
                .where(tables.Blob.unused < before, tables.Blob.refs <= 0)
                # By the index of unused blobs, not through all blobs by their names.
                .order_by(tables.Blob.unused, tables.Blob.sha256)
                .limit(_AT_A_TIME)
                .with_for_update(skip_locked=True)
            ).all()
            for sha256, _ in found:
                blobs.delete(sha256)
            session.execute(
                delete(tables.Blob).where(tables.Blob.sha256.in_([name for name, _ in found]))
            )
        count += len(found)
        size += sum(one for _, one in found)
        if len(found) < _AT_A_TIME:
            return count, size


def adopt_orphans(database: Database, blobs: Blobs, before: int) -> int:
    """Give a row to each file that came before the time ``before`` and has none, as unused: what
    killed processes put and did not come to name. How many there were."""
    count = 0
    old: list[Found] = []
    for found in blobs.all():
        if found.since < before:
            old.append(found)
        if len(old) == _AT_A_TIME:
            count += adopt(database, old)
            old.clear()
    return count + adopt(database, old)


def adopt(database: Database, files: Sequence[Found]) -> int:
    """Give a row to each of some files that has none, as unused. How many there were."""
    with database.reading() as session:
        new = _without_rows(session, files)
    if not new:
        return 0
    with database.writing() as session:
        new = _without_rows(session, new)
        session.add_all(
            tables.Blob(sha256=one.sha256, size=one.size, refs=0, unused=tables.now())
            for one in new
        )
    return len(new)


def _without_rows(session: Session, files: Sequence[Found]) -> list[Found]:
    query = select(tables.Blob.sha256).where(tables.Blob.sha256.in_([one.sha256 for one in files]))
    known = set(session.scalars(query))
    return [one for one in files if one.sha256 not in known]
