"""What was saved: sums for the dashboard. All bytes count: stored files, originals that are still
there, previews, candidates, records, the database and the cache of restored files."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ColumnExpressionArgument, case, func, select
from sqlalchemy.orm import Session

from srq.store.library.library import Library
from srq.store.library.pictures import DECIDED, FAILED, SETTLED, WAITING
from srq.store.library.tables import Album, AlbumPicture, Day, Picture, Restored

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
        pictures, waiting, failed, came, every_byte, stored, originals, previews = map(
            int,
            session.execute(
                select(
                    func.count(),
                    _sum_of(case((Picture.state == WAITING, 1), else_=0)),
                    _sum_of(case((Picture.state == FAILED, 1), else_=0)),
                    *map(_sum_of, (Picture.came, Picture.bytes)),
                    *map(
                        _sum_of,
                        (Picture.stored_bytes, Picture.original_bytes, Picture.preview_bytes),
                    ),
                ).where(Picture.account_id == account_id)
            ).one(),
        )
        every = session.scalar(select(func.count()).select_from(Picture)) or 0
        cache = session.scalar(select(_sum_of(Restored.size))) or 0
    rows = library.database.size() * pictures // max(1, every)
    # Candidates often are the stored file or the original: what they take beside them.
    candidates = every_byte - stored - originals - previews
    return Totals(
        pictures, waiting, failed, came, stored, originals, previews, candidates, rows, int(cache)
    )


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
    place = case(*((score < one + BIN, one) for one in places[:-1]), else_=places[-1])
    found = session.execute(
        select(place.label("place"), func.count())
        .where(Picture.account_id == account_id, Picture.state.in_((DECIDED, SETTLED)))
        .group_by("place")
    )
    numbers = dict(found.all())
    return [(one, numbers.get(one, 0)) for one in places]


def _sum_of(column: ColumnExpressionArgument[int]) -> ColumnElement[int]:
    """The sum of a column; of no rows 0."""
    return func.coalesce(func.sum(column), 0)


def _sum(row: Sequence[object]) -> Sum:
    name, count, came, size = row
    return Sum(str(name), int(str(count)), int(str(came or 0)), int(str(size or 0)))
