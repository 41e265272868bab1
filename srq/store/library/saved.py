"""What was saved: sums for the dashboard. All bytes count: stored files, originals that are still
there, previews, candidates, records, the database and the cache of restored files."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from srq.store.library.library import Library
from srq.store.library.tables import (
    Account,
    Album,
    AlbumPicture,
    Blob,
    Day,
    Picture,
    Restored,
)

BIN = 5
"""Of SSIMULACRA2 in a histogram."""


@dataclass(frozen=True)
class Totals:
    """Sums of an account, in bytes but for the numbers of pictures.

    came:      of the files that came.
    stored:    of the stored files and their records.
    originals: of originals beside them that are still there.
    previews, candidates: of those.
    rows:      its share of the database, by its number of pictures.
    cache:     the library's restored files, of all accounts.
    """

    pictures: int
    waiting: int
    failed: int
    came: int
    stored: int
    originals: int
    previews: int
    candidates: int
    rows: int
    cache: int

    @property
    def takes(self) -> int:
        """All bytes of the account, the cache aside."""
        return self.stored + self.originals + self.previews + self.candidates + self.rows

    @property
    def ratio(self) -> float | None:
        """How many times smaller than what came; None where nothing did."""
        return self.came / self.takes if self.takes and self.came else None


@dataclass(frozen=True)
class Sum:
    """Pictures of one kind: their number, the bytes that came, and all that they take."""

    name: str
    pictures: int
    came: int
    bytes: int


def totals(library: Library, account_id: str) -> Totals:
    """The sums of an account."""
    with library.database.reading() as session:
        pictures, waiting, failed, came, records = session.execute(
            select(
                func.count(),
                func.coalesce(func.sum(case((Picture.state == "waiting", 1), else_=0)), 0),
                func.coalesce(func.sum(case((Picture.state == "failed", 1), else_=0)), 0),
                func.coalesce(func.sum(Picture.came), 0),
                func.coalesce(func.sum(func.length(Picture.record)), 0),
            ).where(Picture.account_id == account_id)
        ).one()
        apart = Picture.original.is_distinct_from(Picture.stored)
        every = session.scalar(select(func.count()).select_from(Picture)) or 0
        originals = _blobs(session, account_id, Picture.original, apart)
        stored = _blobs(session, account_id, Picture.stored) + int(records)
        previews = _blobs(session, account_id, Picture.preview)
        used = session.scalar(select(Account.used).where(Account.id == account_id)) or 0
        cache = session.scalar(select(func.coalesce(func.sum(Restored.size), 0))) or 0
    rows = library.database.size() * pictures // max(1, every)
    # Candidates often are the stored file or the original: what they take beside them.
    candidates = max(0, used - originals - stored - previews)
    return Totals(
        pictures, int(waiting), int(failed), int(came), stored, originals, previews, candidates,
        rows, int(cache),
    )  # fmt: skip


def _blobs(session: Session, account_id: str, column: object, *where: object) -> int:
    query = (
        select(func.coalesce(func.sum(Blob.size), 0))
        .select_from(Picture)
        .join(Blob, Blob.sha256 == column)
        .where(Picture.account_id == account_id, *where)  # type: ignore[reportArgumentType]
    )
    return int(session.scalar(query) or 0)


def over_time(session: Session, account_id: str) -> list[tuple[int, int, int, int]]:
    """Of each day on which something changed, in seconds since 1970: how many pictures there were
    at its end, the bytes that had come, and the bytes that they took."""
    days = session.execute(
        select(Day.day, Day.pictures, Day.came, Day.bytes)
        .where(Day.account_id == account_id)
        .order_by(Day.day)
    )
    found, pictures, came, size = [], 0, 0, 0
    for day, more, more_came, more_bytes in days:
        pictures, came, size = pictures + more, came + more_came, size + more_bytes
        found.append((day * 86400, pictures, came, size))
    return found


def by_way(session: Session, account_id: str) -> list[Sum]:
    """By codec and scale ("avif", "avif444 1/2 kim-x2"), the largest first."""
    query = (
        select(Picture.way, func.count(), func.sum(Picture.came), func.sum(Picture.bytes))
        .where(Picture.account_id == account_id)
        .group_by(Picture.way)
        .order_by(func.sum(Picture.bytes).desc())
    )
    return [_sum(row) for row in session.execute(query)]


def by_album(session: Session, account_id: str) -> list[Sum]:
    """By album, in the order of names; a picture of two albums counts in both."""
    query = (
        select(Album.name, func.count(), func.sum(Picture.came), func.sum(Picture.bytes))
        .join(AlbumPicture, AlbumPicture.album_id == Album.id)
        .join(Picture, Picture.id == AlbumPicture.picture_id)
        .where(Album.account_id == account_id)
        .group_by(Album.id, Album.name)
        .order_by(Album.name)
    )
    return [_sum(row) for row in session.execute(query)]


def histogram(session: Session, account_id: str) -> list[tuple[int, int]]:
    """How many pictures have an SSIMULACRA2 from each multiple of BIN on, the first with all below
    it; those that come back byte for byte stand at 100."""
    score = func.coalesce(Picture.ssimulacra2, 100.0)
    places = range(0, 101, BIN)

    def within(place: int) -> ColumnElement[bool]:
        below = score < place + BIN
        return below if place == 0 else and_(score >= place, below)

    numbers = session.execute(
        select(*(func.sum(case((within(place), 1), else_=0)) for place in places)).where(
            Picture.account_id == account_id, Picture.state.in_(("decided", "settled"))
        )
    ).one()
    return [(place, int(number or 0)) for place, number in zip(places, numbers, strict=True)]


def _sum(row: Sequence[object]) -> Sum:
    name, count, came, size = row
    return Sum(str(name), int(str(count)), int(str(came or 0)), int(str(size or 0)))
