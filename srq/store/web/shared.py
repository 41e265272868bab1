"""What strangers see by a link: pictures without their places, cameras and other notes."""

import hashlib
import hmac
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from srq.store.library.tables import Album, AlbumPicture, Picture, Share, now
from srq.store.web.enlarging import ENLARGING_POLICY, enlarged_by_browsers
from srq.store.web.entry import BUSY, TOO_OFTEN
from srq.store.web.files import Shown, asked, view_suffix
from srq.store.web.pages import page, to
from srq.store.web.security.forms import FormFields
from srq.store.web.security.passwords import BusyError
from srq.store.web.security.tokens import are_equal, hash_of
from srq.store.web.security.tries import is_over
from srq.store.web.server import address_of, server_of

router = APIRouter(prefix="/s/{token}", include_in_schema=False)

_COOKIE = "srq-share"
_MOST = 1000


@dataclass(frozen=True)
class Seen:
    """A link, and the pictures that it shows; ``is_locked`` until its password came."""

    share: Share
    name: str
    pictures: list[Picture]
    is_locked: bool

    def one(self, picture_id: str) -> Picture:
        """The picture of that id. Raises 404 where the link does not show it."""
        for picture in self.pictures:
            if picture.id == picture_id and not self.is_locked:
                return picture
        raise HTTPException(404, "There is no such picture.")


def seen_by(request: Request, token: str, picture_id: str | None = None) -> Seen:
    """What a token shows, or of it the picture of an id alone. Raises 404 for a token that is none,
    or is over."""
    with server_of(request).database.reading() as session:
        return seen_in(session, request, token, picture_id)


def seen_in(session: Session, request: Request, token: str, picture_id: str | None = None) -> Seen:
    """What a token shows, as ``seen_by`` has it, in a transaction that goes on."""
    share = session.scalar(select(Share).where(Share.token_hash == hash_of(token)))
    if share is None or share.revoked is not None or (share.expires or now() + 1) <= now():
        raise HTTPException(404, "There is no such link, or it is over.")
    query = select(Picture).where(Picture.trashed.is_(None), Picture.state != "waiting")
    if share.picture_id is not None:
        query = query.where(Picture.id == share.picture_id)
    else:
        query = query.join(AlbumPicture).where(AlbumPicture.album_id == share.album_id)
    if picture_id is not None:
        query = query.where(Picture.id == picture_id)
    query = query.where(Picture.account_id == share.account_id)
    found = session.scalars(query.order_by(Picture.created.desc()).limit(_MOST)).all()
    album = session.get(Album, share.album_id) if share.album_id else None
    name = album.name if album is not None else found[0].name if found else "Nothing"
    is_locked = share.password is not None and not are_equal(
        request.cookies.get(_COOKIE), _unlocking(share)
    )
    return Seen(share, name, list(found), is_locked)


@router.get("")
def shared_page(request: Request, token: str) -> Response:
    """The picture, or the album."""
    seen = seen_by(request, token)
    if not seen.is_locked:
        counted = update(Share).where(Share.id == seen.share.id).values(views=Share.views + 1)
        with server_of(request).database.writing() as session:
            session.execute(counted)
    return _page(request, seen, token)


@router.post("")
def unlock(request: Request, token: str, fields: FormFields) -> Response:
    """Try a password."""
    server, seen = server_of(request), seen_by(request, token)
    settings, database = server.settings, server.database
    tries = is_over(
        database, f"share {hash_of(token)} {address_of(request)}", settings.sign_in_tries
    )
    if is_over(database, f"all {address_of(request)}", settings.address_tries) or tries:
        return _page(request, seen, token, 429, TOO_OFTEN)
    try:
        if not server.passwords.check(seen.share.password, fields.exact("password")[:200]):
            return _page(request, seen, token, 401, "That is not the password.")
    except BusyError:
        return _page(request, seen, token, 503, BUSY)
    response = to(f"/s/{token}")
    response.set_cookie(
        _COOKIE, _unlocking(seen.share), path=f"/s/{token}", httponly=True, samesite="lax",
        secure=settings.is_https,
    )  # fmt: skip
    return response


@router.get("/{picture_id}")
def one_page(request: Request, token: str, picture_id: str) -> Response:
    """A picture of an album."""
    seen = seen_by(request, token, picture_id)
    return _page(request, seen, token, one=seen.one(picture_id))


@router.get("/{picture_id}/preview")
def preview(request: Request, token: str, picture_id: str) -> Response:
    """Its small picture."""
    blob = seen_by(request, token, picture_id).one(picture_id).preview
    if blob is None:
        raise HTTPException(404, "There is no preview.")
    return Shown(blob, "image/webp").response(request)


@router.get("/{picture_id}/view")
def view(request: Request, token: str, picture_id: str) -> Response:
    """Its restored pixels, to look at."""
    with server_of(request).database.reading() as session:
        found = seen_in(session, request, token, picture_id).one(picture_id)
        suffix = view_suffix(found.width, found.height)
        file = asked(session, request, found, "restored", suffix=suffix, stripped=True)
    return file.response(request)


@router.get("/{picture_id}/small")
def small(request: Request, token: str, picture_id: str) -> Response:
    """The stored file, which has pixels only, of a picture that browsers enlarge themselves."""
    with server_of(request).database.reading() as session:
        found = seen_in(session, request, token, picture_id).one(picture_id)
        if enlarged_by_browsers(found) is None:
            raise HTTPException(404, "There is no such file.")
        file = asked(session, request, found, "stored")
    return file.response(request)


@router.get("/{picture_id}/file")
def file(request: Request, token: str, picture_id: str) -> Response:
    """Its restored pixels, to keep."""
    with server_of(request).database.reading() as session:
        found = seen_in(session, request, token, picture_id).one(picture_id)
        file = asked(session, request, found, "restored", suffix=".png", stripped=True)
    return file.response(request)


def _unlocking(share: Share) -> str:
    """What the cookie of who knew the password says; another password makes another."""
    key = (share.password or "").encode()
    return hmac.new(key, share.token_hash.encode(), hashlib.sha256).hexdigest()


def _page(
    request: Request,
    seen: Seen,
    token: str,
    status: int = 200,
    fault: str | None = None,
    one: Picture | None = None,
) -> Response:
    is_album = seen.share.album_id is not None
    if one is None and not is_album and seen.pictures:
        one = seen.pictures[0]
    enlarged = None if one is None or seen.is_locked else enlarged_by_browsers(one)
    name = "Shared" if seen.is_locked else one.name if one else seen.name
    response = page(
        request, "shared.html", status, name=name,
        needs_password=seen.is_locked, fault=fault, one=one, is_album=is_album,
        pictures=seen.pictures, base=f"/s/{token}", enlarged=enlarged,
    )  # fmt: skip
    if not seen.is_locked:
        response.headers["referrer-policy"] = "no-referrer"
    if enlarged is not None:
        response.headers["content-security-policy"] = ENLARGING_POLICY
    response.headers["x-robots-tag"] = "noindex, nofollow, noarchive, noimageindex"
    return response
