"""Albums: the list of them, new ones, their names and modes."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from srq.store.library.tables import Album, AlbumPicture, Picture
from srq.store.web.pages import MODES, page, to
from srq.store.web.security.forms import FormFields
from srq.store.web.security.visitor import PageVisitor, Visitor
from srq.store.web.server import server_of

router = APIRouter(prefix="/albums", include_in_schema=False)

_NAME = 100


def owned(session: Session, visitor: Visitor, album_id: str) -> Album:
    """The visitor's album of that id. Raises 404 for another's as for none."""
    found = session.get(Album, album_id)
    if found is None or found.account_id != visitor.id:
        raise HTTPException(404, "There is no such album.")
    return found


@router.get("")
def albums_page(request: Request, visitor: PageVisitor) -> Response:
    """All albums."""
    return _page(request, visitor)


@router.post("")
def make(request: Request, visitor: PageVisitor, fields: FormFields) -> Response:
    """A new album."""
    name = fields.one("name")[:_NAME]
    if not name:
        return _page(request, visitor, 422, fault="An album has a name.")
    try:
        with server_of(request).database.writing() as session:
            session.add(Album(account_id=visitor.id, name=name))
    except IntegrityError:
        return _page(request, visitor, 422, fault="You have an album of that name.")
    return to("/albums")


@router.get("/{album_id}/settings")
def settings_page(request: Request, visitor: PageVisitor, album_id: str) -> Response:
    """Its name and mode."""
    with server_of(request).database.reading() as session:
        found = owned(session, visitor, album_id)
    return page(request, "album-settings.html", album=found, fault=None)


@router.post("/{album_id}/settings")
def change(request: Request, visitor: PageVisitor, fields: FormFields, album_id: str) -> Response:
    """Change them."""
    name, mode = fields.one("name")[:_NAME], fields.one("mode")
    if mode and mode not in MODES:
        raise HTTPException(422, "There is no such mode.")
    try:
        with server_of(request).database.writing() as session:
            found = owned(session, visitor, album_id)
            found.name, found.mode = name or found.name, mode or None
    except IntegrityError:
        with server_of(request).database.reading() as session:
            found = owned(session, visitor, album_id)
        fault = "You have an album of that name."
        return page(request, "album-settings.html", 422, album=found, fault=fault)
    return to(f"/albums/{album_id}")


@router.post("/{album_id}/delete")
def delete(request: Request, visitor: PageVisitor, album_id: str) -> Response:
    """Delete the album; its pictures stay."""
    with server_of(request).database.writing() as session:
        session.delete(owned(session, visitor, album_id))
    return to("/albums")


def _page(request: Request, visitor: Visitor, status: int = 200, **values: Any) -> Response:
    # A cover is the preview of any picture of the album; the ids are random, so that max is one.
    shown = select(
        AlbumPicture.album_id,
        func.count(Picture.id).label("count"),
        func.max(Picture.id).filter(Picture.preview.is_not(None)).label("cover"),
    ).join(Picture, Picture.id == AlbumPicture.picture_id)
    shown = shown.where(Picture.trashed.is_(None)).group_by(AlbumPicture.album_id).subquery()
    query = (
        select(Album.id, Album.name, func.coalesce(shown.c.count, 0), shown.c.cover)
        .outerjoin(shown, shown.c.album_id == Album.id)
        .where(Album.account_id == visitor.id)
        .order_by(Album.name)
    )
    with server_of(request).database.reading() as session:
        rows = session.execute(query).all()
    found = [
        {"id": id_, "name": name, "count": count, "cover": cover}
        for id_, name, count, cover in rows
    ]
    return page(request, "albums.html", status, albums=found, **({"fault": None} | values))
