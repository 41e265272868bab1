"""Links by which anyone sees a picture or an album: made and revoked."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import select, update

from srq.store.library.tables import Album, Picture, Share, now
from srq.store.web.albums import owned as owned_album
from srq.store.web.entry import BUSY
from srq.store.web.pages import page, to
from srq.store.web.picture import owned as owned_picture
from srq.store.web.security.forms import FormFields
from srq.store.web.security.passwords import BusyError
from srq.store.web.security.sessions import DAY
from srq.store.web.security.tokens import hash_of, new_token
from srq.store.web.security.tries import is_over
from srq.store.web.security.visitor import PageVisitor, Visitor
from srq.store.web.server import server_of

router = APIRouter(include_in_schema=False)

_A_MINUTE = 30


@router.get("/share")
def form(request: Request, visitor: PageVisitor, picture: str = "", album: str = "") -> Response:
    """What the link is to be like."""
    return _form(request, visitor, picture, album)


@router.post("/share")
def make(request: Request, visitor: PageVisitor, fields: FormFields) -> Response:
    """A new link, shown once: the database has only the hash of its token."""
    server = server_of(request)
    picture, album = fields.one("picture"), fields.one("album")
    _named(request, visitor, picture, album)
    days, password = fields.one("days"), fields.exact("password")
    if is_over(server.database, f"share {visitor.id}", _A_MINUTE):
        return _form(request, visitor, picture, album, 429, fault="Too many links; wait a minute.")
    try:
        kept = server.passwords.hash(password[:200]) if password else None
    except BusyError:
        return _form(request, visitor, picture, album, 503, fault=BUSY)
    token = new_token()
    until = now() + int(days) * DAY if days in ("1", "7", "30", "365") else None
    row = Share(
        account_id=visitor.id, token_hash=hash_of(token), picture_id=picture or None,
        album_id=album or None, password=kept, expires=until,
    )  # fmt: skip
    with server.database.writing() as session:
        session.add(row)
    base = server.settings.url or str(request.base_url)
    return _form(request, visitor, picture, album, link=f"{base.rstrip('/')}/s/{token}")


@router.get("/shares")
def shares_page(request: Request, visitor: PageVisitor) -> Response:
    """The links that are not revoked."""
    query = (
        select(Share, Picture.name, Album.name)
        .outerjoin(Picture, Picture.id == Share.picture_id)
        .outerjoin(Album, Album.id == Share.album_id)
        .where(Share.account_id == visitor.id, Share.revoked.is_(None))
        .order_by(Share.created.desc())
    )
    with server_of(request).database.reading() as session:
        rows = session.execute(query).all()
    found = [
        {
            "id": share.id,
            "name": picture or album,
            "href": f"/pictures/{share.picture_id}" if picture else f"/albums/{share.album_id}",
            "created": share.created,
            "expires": share.expires,
            "is_over": share.expires is not None and share.expires <= now(),
            "has_password": share.password is not None,
            "views": share.views,
        }
        for share, picture, album in rows
    ]
    return page(request, "shares.html", shares=found)


@router.post("/shares/{share_id}/revoke")
def revoke(request: Request, visitor: PageVisitor, share_id: str) -> Response:
    """End a link."""
    ended = update(Share).where(Share.id == share_id, Share.account_id == visitor.id)
    with server_of(request).database.writing() as session:
        done = session.execute(ended.values(revoked=now()).returning(Share.id)).first()
        if done is None:
            raise HTTPException(404, "There is no such link.")
    return to("/shares")


def _named(request: Request, visitor: Visitor, picture: str, album: str) -> str:
    with server_of(request).database.reading() as session:
        if picture and not album:
            return owned_picture(session, visitor, picture).name
        return owned_album(session, visitor, album).name


def _form(
    request: Request, visitor: Visitor, picture: str, album: str, status: int = 200, **values: Any
) -> Response:
    name = _named(request, visitor, picture, album)
    kind, id_ = ("picture", picture) if picture else ("album", album)
    shown = {"link": None, "fault": None} | values
    return page(request, "share-new.html", status, name=name, kind=kind, id=id_, **shown)
