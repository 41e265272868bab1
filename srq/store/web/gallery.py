"""The pictures of an account: all, of an album, with a tag, found, or in the trash."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from srq.store.library import albums, pictures
from srq.store.library.listing import Wanted, page_of
from srq.store.library.tables import Album, Candidate, Picture
from srq.store.web.albums import owned as owned_album
from srq.store.web.archive import Member, sent_archive
from srq.store.web.pages import page, to
from srq.store.web.security.forms import FormFields
from srq.store.web.security.visitor import PageVisitor, Visitor
from srq.store.web.server import server_of

router = APIRouter(include_in_schema=False)

PER_PAGE = 60
_MOST_PICKED = 1000


@dataclass(frozen=True)
class Tile:
    """What a tile shows. ``takes``: what the picture takes once its original is gone."""

    id: str
    name: str
    state: str
    created: int
    came: int
    takes: int
    preview: bool


def tiles_of(session: Session, found: list[Picture]) -> list[Tile]:
    """The tiles of pictures, in their order."""
    decided = [one.id for one in found if one.state == pictures.DECIDED]
    query = (
        select(Candidate.picture_id, Candidate.bytes)
        .join(Picture, Picture.id == Candidate.picture_id)
        .where(Candidate.picture_id.in_(decided), Candidate.mode == Picture.mode)
    )
    later = dict(session.execute(query).all()) if decided else {}
    return [
        Tile(
            one.id, one.name, one.state, one.created, one.came, later.get(one.id, one.bytes),
            one.preview is not None,
        )
        for one in found
    ]  # fmt: skip


@router.get("/")
def all_pictures(
    request: Request, visitor: PageVisitor, q: str = "", after: str = "", tag: str = ""
) -> Response:
    """All pictures, or those with a text in their name or tags, or with one tag."""
    heading = f"Tagged {tag[:60]}" if tag else "Pictures"
    wanted = Wanted(text=q.strip()[:200] or None, tag=tag or None)
    return _grid(request, visitor, wanted, after, heading=heading, wanted_text=q.strip())


@router.get("/albums/{album_id}")
def album(
    request: Request, visitor: PageVisitor, album_id: str, q: str = "", after: str = ""
) -> Response:
    """The pictures of an album."""
    with server_of(request).database.reading() as session:
        row = owned_album(session, visitor, album_id)
    wanted = Wanted(text=q.strip()[:200] or None, album_id=album_id)
    return _grid(
        request, visitor, wanted, after, heading=row.name, album=row, wanted_text=q.strip()
    )


@router.get("/trash")
def trash(request: Request, visitor: PageVisitor, after: str = "") -> Response:
    """The pictures that will be deleted."""
    days = server_of(request).library.settings.trash // 86_400
    return _grid(request, visitor, Wanted(trashed=True), after, template="trash.html", days=days)


@router.post("/trash/empty")
def empty_trash(request: Request, visitor: PageVisitor) -> Response:
    """Delete all that is in the trash."""
    database = server_of(request).database
    while True:
        with database.reading() as session:
            found = page_of(session, visitor.id, Wanted(trashed=True), None, 200).pictures
        if not found:
            return to("/trash")
        with database.writing() as session:
            pictures.delete(session, visitor.id, [one.id for one in found])


@router.get("/tiles")
def some_tiles(request: Request, visitor: PageVisitor, ids: str = "") -> Response:
    """The tiles of named pictures, for a page that waits for them."""
    with server_of(request).database.reading() as session:
        found = [pictures.owned(session, visitor.id, one) for one in ids.split(",")[:100]]
        tiles = tiles_of(session, [one for one in found if one is not None])
    return page(request, "tiles-page.html", pictures=tiles)


@router.post("/pictures/picked")
def picked(request: Request, visitor: PageVisitor, fields: FormFields) -> Response:
    """Do one thing with the pictures that are ticked. Those of others are passed over."""
    ids = list(dict.fromkeys(fields.all("picture")))[:_MOST_PICKED]
    do, here = fields.one("do"), fields.one("here")
    back = f"/albums/{here}" if here else "/"
    if do == "archive":
        with server_of(request).database.reading() as session:
            every = [pictures.owned(session, visitor.id, one) for one in ids]
        some = [Member(one.id, one.name, one.created) for one in every if one is not None]
        return sent_archive(server_of(request).library, "pictures", some)
    with server_of(request).database.writing() as session:
        if do == "trash":
            pictures.trash(session, visitor.id, ids)
        elif do == "restore":
            pictures.untrash(session, visitor.id, ids)
            back = "/trash"
        elif do == "delete":
            in_trash = select(Picture.id).where(
                Picture.account_id == visitor.id,
                Picture.id.in_(ids),
                Picture.trashed.is_not(None),
            )
            pictures.delete(session, visitor.id, list(session.scalars(in_trash)))
            back = "/trash"
        elif do == "album" and fields.one("album"):
            found = owned_album(session, visitor, fields.one("album"))
            albums.add(session, visitor.id, found.id, ids)
            back = f"/albums/{found.id}"
        elif do == "leave":
            albums.remove(session, visitor.id, owned_album(session, visitor, here).id, ids)
        elif do == "tag" and fields.one("tag"):
            albums.tag(session, visitor.id, fields.one("tag")[:60], ids)
    return to(back)


def _grid(
    request: Request,
    visitor: Visitor,
    wanted: Wanted,
    after: str,
    template: str = "gallery.html",
    **values: Any,
) -> Response:
    with server_of(request).database.reading() as session:
        found = page_of(session, visitor.id, wanted, after or None, PER_PAGE)
        tiles = tiles_of(session, list(found.pictures))
        every = select(Album).where(Album.account_id == visitor.id).order_by(Album.name)
        named = session.scalars(every).all()
    following = None
    if found.next:
        kept = [(key, value) for key, value in request.query_params.items() if key != "after"]
        following = f"{request.url.path}?{urlencode([*kept, ('after', found.next)])}"
    shown = {"album": None, "notice": None, "heading": "", "wanted_text": ""} | values
    return page(request, template, pictures=tiles, next_page=following, albums=named, **shown)
