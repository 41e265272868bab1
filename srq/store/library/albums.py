"""Albums and tags of an account's pictures.

What is another account's is passed over among pictures, and raises ConfigError among albums.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from srq.errors import ConfigError
from srq.store.library.tables import Album, AlbumPicture, Picture, PictureTag, Tag


def album_named(session: Session, account_id: str, name: str) -> Album:
    """The account's album of that name, made where there is none."""
    found = _named(session, account_id, name)
    if found is None:
        found = Album(account_id=account_id, name=name)
        session.add(found)
        session.flush()
    return found


def album_of(session: Session, account_id: str, name: str) -> Album:
    """The account's album of that name; ConfigError where it has none."""
    found = _named(session, account_id, name)
    if found is None:
        raise ConfigError(f"There is no album '{name}'.")
    return found


def owned_album(session: Session, account_id: str, album_id: str) -> Album:
    """The account's album of that id; ConfigError where it has none."""
    album = session.get(Album, album_id)
    if album is None or album.account_id != account_id:
        raise ConfigError("There is no such album.")
    return album


def add(session: Session, account_id: str, album_id: str, ids: Sequence[str]) -> int:
    """Put pictures into an album; how many were not in it."""
    owned_album(session, account_id, album_id)
    inside = select(AlbumPicture.picture_id).where(AlbumPicture.album_id == album_id)
    new = session.scalars(
        select(Picture.id).where(
            Picture.account_id == account_id, Picture.id.in_(ids), Picture.id.not_in(inside)
        )
    ).all()
    session.add_all(AlbumPicture(album_id=album_id, picture_id=one) for one in new)
    return len(new)


def remove(session: Session, account_id: str, album_id: str, ids: Sequence[str]) -> None:
    """Take pictures out of an album; they stay in the library."""
    owned_album(session, account_id, album_id)
    session.execute(
        delete(AlbumPicture).where(
            AlbumPicture.album_id == album_id, AlbumPicture.picture_id.in_(ids)
        )
    )


def tag(session: Session, account_id: str, name: str, ids: Sequence[str]) -> Tag:
    """Give pictures a tag, casefolded."""
    folded = name.casefold()
    found = session.scalar(select(Tag).where(Tag.account_id == account_id, Tag.name == folded))
    if found is None:
        found = Tag(account_id=account_id, name=folded)
        session.add(found)
        session.flush()
    had = select(PictureTag.picture_id).where(PictureTag.tag_id == found.id)
    new = session.scalars(
        select(Picture.id).where(
            Picture.account_id == account_id, Picture.id.in_(ids), Picture.id.not_in(had)
        )
    ).all()
    session.add_all(PictureTag(tag_id=found.id, picture_id=one) for one in new)
    return found


def untag(session: Session, account_id: str, tag_id: str, picture_id: str) -> None:
    """Take a tag off a picture; a tag that no picture has goes."""
    found = session.get(Tag, tag_id)
    if found is None or found.account_id != account_id:
        return
    session.execute(
        delete(PictureTag).where(PictureTag.tag_id == tag_id, PictureTag.picture_id == picture_id)
    )
    left = select(PictureTag.tag_id).where(PictureTag.tag_id == tag_id).limit(1)
    if session.scalar(left) is None:
        session.delete(found)


def tags_of(session: Session, picture_id: str) -> list[str]:
    """The tags of a picture, in order."""
    query = (
        select(Tag.name)
        .join(PictureTag, PictureTag.tag_id == Tag.id)
        .where(PictureTag.picture_id == picture_id)
        .order_by(Tag.name)
    )
    return list(session.scalars(query))


def _named(session: Session, account_id: str, name: str) -> Album | None:
    return session.scalar(select(Album).where(Album.account_id == account_id, Album.name == name))
