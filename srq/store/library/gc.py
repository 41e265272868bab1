"""What is over is let go: originals whose grace is over, the trash, uploads that expired, restored
files beyond the cache, and blobs that no row names."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from srq.errors import DataError
from srq.store.library import pictures
from srq.store.library.jobs import OPTIMISE, enqueue
from srq.store.library.library import Library
from srq.store.library.references import adopt_orphans, release, sweep_unused
from srq.store.library.tables import Limit, Picture, Restored, Upload, UploadPart, WebSession, now

_AT_A_TIME = 100
_LIMITS_LAST = 24 * 3600

ORPHAN_AGE = 24 * 3600
"""Seconds after which a file without a row is no more one that a process is about to name."""


@dataclass
class Collected:
    """What a collection has let go.

    damaged: pictures whose stored bytes were not those that were measured, so that their originals
    stayed and they are to be optimised again.
    """

    originals: int = 0
    damaged: int = 0
    pictures: int = 0
    uploads: int = 0
    restored: int = 0
    orphans: int = 0
    blobs: int = 0
    bytes: int = 0


def collect(library: Library, *, files: bool = True) -> Collected:
    """Let go of all that is over; safe beside everything else, and to be killed.

    ``files``: look through the whole blob store for files without rows too, which takes long.
    """
    done = Collected()
    _let_originals_go(library, done)
    _empty_trash(library, done)
    _end_uploads(library, done)
    _shrink_cache(library, done)
    _forget(library)
    if files:
        library.blobs.sweep()
        done.orphans = adopt_orphans(library.database, library.blobs, now() - ORPHAN_AGE)
    before = now() - library.settings.unused
    done.blobs, done.bytes = sweep_unused(library.database, library.blobs, before)
    return done


def _let_originals_go(library: Library, done: Collected) -> None:
    while True:
        with library.database.reading() as session:
            ids = pictures.due(session, _AT_A_TIME)
        for picture_id in ids:
            try:
                done.originals += pictures.let_go(library, picture_id)
            except DataError:
                done.damaged += 1
                _store_anew(library, picture_id)
        if len(ids) < _AT_A_TIME:
            return


def _store_anew(library: Library, picture_id: str) -> None:
    """The stored file of a picture is damaged, and its original is there."""
    with library.database.writing() as session:
        picture = session.get(Picture, picture_id, with_for_update=True)
        if picture is None or picture.original is None or picture.stored is None:
            return
        picture.release_at = None
        enqueue(session, OPTIMISE, picture_id)
    library.blobs.delete(picture.stored)  # so that the same bytes are written again


def _empty_trash(library: Library, done: Collected) -> None:
    old = Picture.trashed < now() - library.settings.trash
    while True:
        with library.database.writing() as session:
            found = session.execute(
                select(Picture.account_id, Picture.id).where(old).limit(_AT_A_TIME)
            ).all()
            for account_id, picture_id in found:
                done.pictures += pictures.delete(session, account_id, [picture_id])
        if len(found) < _AT_A_TIME:
            return


def _end_uploads(library: Library, done: Collected) -> None:
    while True:
        with library.database.writing() as session:
            ids = session.scalars(
                select(Upload.id)
                .where(Upload.expires < now())
                .limit(_AT_A_TIME)
                .with_for_update(skip_locked=True)
            ).all()
            parts = session.scalars(select(UploadPart.blob).where(UploadPart.upload_id.in_(ids)))
            release(session, *parts.all())
            session.execute(delete(Upload).where(Upload.id.in_(ids)))
        done.uploads += len(ids)
        if len(ids) < _AT_A_TIME:
            return


def _shrink_cache(library: Library, done: Collected) -> None:
    """Those that were not asked for longest go, until the rest is no larger than the cache."""
    while True:
        with library.database.writing() as session:
            total = session.scalar(select(func.coalesce(func.sum(Restored.size), 0))) or 0
            excess = int(total) - library.settings.cache
            if excess <= 0:
                return
            oldest = session.scalars(
                select(Restored)
                .where(Restored.blob.is_not(None))
                .order_by(Restored.used, Restored.key)
                .limit(_AT_A_TIME)
                .with_for_update(skip_locked=True)
            ).all()
            gone = []
            for one in oldest:
                if excess <= 0:
                    break
                excess -= one.size
                gone.append(one.blob)
                session.delete(one)
            release(session, *gone)
        done.restored += len(gone)
        if not gone:
            return


def _forget(library: Library) -> None:
    """Sessions and counts of tries that are over."""
    moment = now()
    with library.database.writing() as session:
        session.execute(delete(WebSession).where(WebSession.expires < moment))
        session.execute(delete(Limit).where(Limit.since < moment - _LIMITS_LAST))
