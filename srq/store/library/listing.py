"""Pictures found, a page at a time, the latest first.

A page begins after a place, not after a number of rows, so that the thousandth page takes as long
as the first, and pictures that come meanwhile shift none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.orm import Session

from srq.errors import ConfigError
from srq.store.library.tables import AlbumPicture, Picture, PictureTag, Tag


@dataclass(frozen=True)
class Wanted:
    """Which pictures: all of these hold. ``text`` is in the name, or begins a tag."""

    text: str | None = None
    album_id: str | None = None
    tag: str | None = None
    trashed: bool = False


@dataclass(frozen=True)
class Page:
    """Pictures, and the place after which the next page begins; None after the last."""

    pictures: Sequence[Picture]
    next: str | None


def page_of(
    session: Session, account_id: str, wanted: Wanted, after: str | None = None, limit: int = 60
) -> Page:
    """The pictures of an account that are wanted, after a place that a page named; ConfigError for
    another place."""
    query = _query(account_id, wanted)
    if after is not None:
        created, picture_id = _place(after)
        query = query.where(tuple_(Picture.created, Picture.id) < tuple_(created, picture_id))
    ordered = query.order_by(Picture.created.desc(), Picture.id.desc()).limit(limit + 1)
    found = session.scalars(ordered).all()
    shown = found[:limit]
    more = len(found) > limit
    return Page(shown, f"{shown[-1].created}.{shown[-1].id}" if more else None)


def _query(account_id: str, wanted: Wanted) -> Select[Picture]:
    in_trash = Picture.trashed.is_not(None) if wanted.trashed else Picture.trashed.is_(None)
    query = select(Picture).where(Picture.account_id == account_id, in_trash)
    if wanted.album_id is not None:
        of_album = select(AlbumPicture.picture_id).where(AlbumPicture.album_id == wanted.album_id)
        query = query.where(Picture.id.in_(of_album))
    if wanted.tag is not None:
        query = query.where(Picture.id.in_(_tagged(account_id, Tag.name == wanted.tag.casefold())))
    if wanted.text:
        begins = Tag.name.startswith(wanted.text.casefold(), autoescape=True)
        query = query.where(
            or_(
                Picture.name.icontains(wanted.text, autoescape=True),
                Picture.id.in_(_tagged(account_id, begins)),
            )
        )
    return query


def _tagged(account_id: str, which: object) -> Select[str]:
    return (
        select(PictureTag.picture_id)
        .join(Tag, Tag.id == PictureTag.tag_id)
        .where(Tag.account_id == account_id, which)  # type: ignore[reportArgumentType]
    )


def _place(after: str) -> tuple[int, str]:
    created, dot, picture_id = after.partition(".")
    if not dot or not created.isascii() or not created.isdigit() or len(created) > 12:
        raise ConfigError("That is no place of a page; begin at the first.")
    return int(created), picture_id
