"""The search for the fewest bytes again, for many pictures: in another mode, or with a newer srq.

Only pictures whose file can still be had, as the original or from an exact form, are searched
again: a restored picture is never taken for what came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from srq.errors import SrqError
from srq.parallel.ray import map_over_ray
from srq.parallel.shards import Shard
from srq.parallel.workers import map_in_threads
from srq.store.library.library import Library, Place, open_library
from srq.store.library.limited import KilledError
from srq.store.library.optimise import optimise
from srq.store.library.pictures import source_of
from srq.store.library.settings import Settings
from srq.store.library.tables import Blob, Picture

_AT_A_TIME = 500


@dataclass(frozen=True)
class Done:
    """A picture that was searched again: the bytes of its stored form before and after, or what
    went wrong."""

    name: str
    before: int = 0
    after: int = 0
    sentence: str | None = None


def ids_to_do(library: Library, account_id: str | None, shard: Shard | None) -> list[str]:
    """The pictures that can be searched again, in order; of a shard its share."""
    ids: list[str] = []
    last = ""
    while True:
        query = select(Picture).where(Picture.id > last, Picture.trashed.is_(None))
        if account_id is not None:
            query = query.where(Picture.account_id == account_id)
        with library.database.reading() as session:
            some = session.scalars(query.order_by(Picture.id).limit(_AT_A_TIME)).all()
        if not some:
            return list(shard.of(ids)) if shard else ids
        last = some[-1].id
        ids += [one.id for one in some if source_of(one) is not None]


def reoptimise(
    library: Library,
    ids: Sequence[str],
    *,
    mode: str | None = None,
    workers: int = 1,
    ray: str | None = None,
) -> Iterator[Done]:
    """Search for the fewest bytes of each picture, ``workers`` at a time or over the cluster of
    ``ray``, and decide anew; in ``mode``, or the one that each has."""
    if ray is not None:
        there = partial(_elsewhere, place=library.place, settings=library.settings, mode=mode)
        for _, done in map_over_ray(there, ids, ray):
            yield done
    else:
        yield from map_in_threads(partial(_again, library=library, mode=mode), ids, workers)


@cache
def _opened(place: Place, settings: Settings) -> Library:
    """One in each process of a cluster."""
    return open_library(place, settings)


def _elsewhere(picture_id: str, *, place: Place, settings: Settings, mode: str | None) -> Done:
    return _again(picture_id, library=_opened(place, settings), mode=mode)


def _again(picture_id: str, *, library: Library, mode: str | None) -> Done:
    with library.database.reading() as session:
        picture = session.get(Picture, picture_id)
        if picture is None:
            return Done(picture_id, sentence="it was deleted meanwhile")
        before, name = _stored_bytes(session, picture), picture.name
    try:
        optimise(library, picture_id, lambda _: True, mode=mode)
    except SrqError as error:
        return Done(name, sentence=str(error))
    except KilledError as error:
        return Done(name, sentence=f"Work on {name} failed: {error}.")
    with library.database.reading() as session:
        picture = session.get(Picture, picture_id)
        if picture is None:
            return Done(name, sentence="it was deleted meanwhile")
        return Done(name, before, _stored_bytes(session, picture), picture.failure)


def _stored_bytes(session: Session, picture: Picture) -> int:
    """The file and its record."""
    blob = session.get(Blob, picture.stored)
    return (0 if blob is None else blob.size) + len((picture.record or "").encode())
