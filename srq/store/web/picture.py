"""The page of one picture: the slider, what each mode keeps, downloads."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.routing import Route

from srq.errors import SrqError
from srq.store.library import albums, pictures
from srq.store.library.restored import WHAT, Kept, kept
from srq.store.library.tables import (
    Album,
    AlbumPicture,
    Blob,
    Candidate,
    Picture,
    PictureTag,
    Tag,
    now,
)
from srq.store.web.direct import sends
from srq.store.web.enlarging import ENLARGING_POLICY, enlarged_by_browsers
from srq.store.web.files import Asked, Shown, asked, view_suffix
from srq.store.web.pages import MODES, page, plain_name, to
from srq.store.web.security.forms import FormFields
from srq.store.web.security.visitor import PageVisitor, Visitor
from srq.store.web.server import server_of

router = APIRouter(prefix="/pictures", include_in_schema=False)
files: list[Route] = []

SHOWN_AS_THEY_ARE = ("JPEG", "PNG", "WebP", "AVIF", "GIF", "BMP")
"""The kinds that browsers show."""


@dataclass(frozen=True)
class Option:
    """What would be kept in a mode.

    numbers: its fidelity, in lines; ``told`` says it in one.
    view:    the address of its restored picture.
    """

    mode: str
    name: str
    by: str
    numbers: list[str]
    told: str
    bytes: int
    view: str | None
    is_chosen: bool


def owned(session: Session, visitor: Visitor, picture_id: str) -> Picture:
    """The visitor's picture of that id. Raises 404 for another's as for none."""
    found = pictures.owned(session, visitor.id, picture_id)
    if found is None:
        raise HTTPException(404, "There is no such picture.")
    return found


@router.get("/{picture_id}")
def picture_page(request: Request, visitor: PageVisitor, picture_id: str) -> Response:
    """All of it."""
    return _page(request, visitor, picture_id)


@sends(files, "/pictures/{picture_id}/preview")
def preview(session: Session, request: Request, visitor: Visitor) -> Shown:
    """The small picture of grids."""
    blob = _kept(session, request, visitor).preview
    if blob is None:
        raise HTTPException(404, "There is no preview yet.")
    return Shown(blob, "image/webp")


@sends(files, "/pictures/{picture_id}/view")
def view(session: Session, request: Request, visitor: Visitor) -> Asked:
    """What came or, with a candidate's id or "stored", what is restored of it, to look at."""
    found = _kept(session, request, visitor)
    candidate = request.query_params.get("candidate", "")
    suffix = view_suffix(found.width, found.height)
    if candidate == "":
        as_it_is = found.kind in SHOWN_AS_THEY_ARE
        return asked(session, request, found, "original", suffix=None if as_it_is else suffix)
    row = session.get(Candidate, candidate) if candidate != "stored" else None
    if candidate != "stored" and (row is None or row.picture_id != found.id):
        raise HTTPException(404, "There is no such candidate.")
    return asked(session, request, found, "restored", suffix=suffix, candidate=row)


@sends(files, "/pictures/{picture_id}/file/{what}")
def file(session: Session, request: Request, visitor: Visitor) -> Asked:
    """A download."""
    what = request.path_params["what"]
    if what not in WHAT:
        raise HTTPException(422, "A picture has no such file.")
    found = _kept(session, request, visitor)
    return asked(session, request, found, what, suffix=request.query_params.get("suffix"))


def _kept(session: Session, request: Request, visitor: Visitor) -> Kept:
    """What the files of the visitor's picture are. Raises 404 for another's as for none."""
    found = kept(session, visitor.id, request.path_params["picture_id"])
    if found is None:
        raise HTTPException(404, "There is no such picture.")
    return found


@router.post("/{picture_id}/mode")
def choose(request: Request, visitor: PageVisitor, fields: FormFields, picture_id: str) -> Response:
    """Keep it in another mode."""
    if fields.one("mode") not in MODES:
        raise HTTPException(422, "There is no such mode.")
    try:
        with server_of(request).database.writing() as session:
            pictures.choose_mode(session, owned(session, visitor, picture_id), fields.one("mode"))
    except SrqError as error:
        raise HTTPException(409, str(error)) from error
    return to(f"/pictures/{picture_id}")


@router.post("/{picture_id}/let-go")
def let_go(request: Request, visitor: PageVisitor, fields: FormFields, picture_id: str) -> Response:
    """Keep the mode that is ticked, and let the original go now."""
    server = server_of(request)
    try:
        with server.database.writing() as session:
            found = owned(session, visitor, picture_id)
            if found.state != pictures.DECIDED:
                raise HTTPException(409, "Nothing was measured yet, or the original is gone.")
            mode = fields.one("mode")
            if mode in MODES and mode != found.mode:
                pictures.choose_mode(session, found, mode)
            found.release_at = now()
        pictures.let_go(server.library, picture_id)
    except SrqError as error:
        raise HTTPException(409, str(error)) from error
    return to(f"/pictures/{picture_id}")


@router.post("/{picture_id}/tag")
def tag(request: Request, visitor: PageVisitor, fields: FormFields, picture_id: str) -> Response:
    """Give it a tag."""
    with server_of(request).database.writing() as session:
        owned(session, visitor, picture_id)
        if fields.one("tag"):
            albums.tag(session, visitor.id, fields.one("tag")[:60], [picture_id])
    return to(f"/pictures/{picture_id}")


@router.post("/{picture_id}/untag")
def untag(request: Request, visitor: PageVisitor, fields: FormFields, picture_id: str) -> Response:
    """Take a tag away."""
    with server_of(request).database.writing() as session:
        owned(session, visitor, picture_id)
        albums.untag(session, visitor.id, fields.one("tag"), picture_id)
    return to(f"/pictures/{picture_id}")


def _page(request: Request, visitor: Visitor, picture_id: str) -> Response:
    with server_of(request).database.reading() as session:
        found = owned(session, visitor, picture_id)
        candidates = session.scalars(
            select(Candidate).where(Candidate.picture_id == picture_id)
        ).all()
        tags = session.scalars(
            select(Tag).join(PictureTag).where(PictureTag.picture_id == picture_id)
        ).all()
        named = session.scalars(
            select(Album).join(AlbumPicture).where(AlbumPicture.picture_id == picture_id)
        ).all()
        preview_bytes = session.scalar(select(Blob.size).where(Blob.sha256 == found.preview)) or 0
    options = _options(found, {one.mode: one for one in candidates})
    chosen = next((one for one in options if one.is_chosen), None)
    can_compare = found.original is not None and chosen is not None
    enlarged = None if can_compare else enlarged_by_browsers(found)
    response = page(
        request,
        "picture.html",
        picture=found,
        options=options,
        shown=_shown(found, chosen),
        later=None if chosen is None else chosen.bytes + preview_bytes,
        can_compare=can_compare,
        enlarged=enlarged,
        downloads=_downloads(found),
        tags=tags,
        in_albums=named,
        notice=None,
    )
    if enlarged is not None:
        response.headers["content-security-policy"] = ENLARGING_POLICY
    return response


def _options(picture: Picture, candidates: dict[str, Candidate]) -> list[Option]:
    """The modes that were measured, in their order, while there is still a choice."""
    if picture.state != pictures.DECIDED or picture.kept is not None:
        return []
    return [
        _option(picture, candidates[mode], name)
        for mode, (name, _) in MODES.items()
        if mode in candidates
    ]


def _option(picture: Picture, candidate: Candidate, name: str) -> Option:
    if candidate.ssimulacra2 is None:
        numbers = ["every byte comes back"]
    else:
        numbers = [f"SSIMULACRA2 {candidate.ssimulacra2:.1f}", f"PSNR {candidate.psnr:.2f} dB"]
        if candidate.ssim is not None and candidate.ssim == candidate.ssim:
            numbers[1] += f", SSIM {candidate.ssim:.4f}"
    is_png = view_suffix(picture.width, picture.height) == ".png"
    shown = "" if is_png or candidate.ssimulacra2 is None else " (shown as JPEG of high quality)"
    return Option(
        candidate.mode, name, plain_name(candidate.way), numbers, ", ".join(numbers) + shown,
        candidate.bytes,
        f"/pictures/{picture.id}/view?candidate={candidate.id}" if candidate.blob else None,
        candidate.mode == picture.mode,
    )  # fmt: skip


def _shown(picture: Picture, chosen: Option | None) -> dict[str, Any] | None:
    """The picture at the right of the slider, or alone."""
    if picture.state == pictures.WAITING and picture.kind not in SHOWN_AS_THEY_ARE:
        return None
    if chosen is not None and chosen.view is not None:
        alt = f"Restored: {chosen.name}"
        return {"view": chosen.view, "alt": alt, "name": chosen.name, "told": chosen.told}
    came = picture.state in (pictures.WAITING, pictures.FAILED)
    address = f"/pictures/{picture.id}/view" + ("" if came else "?candidate=stored")
    told = "As it came; it is being judged." if picture.state == pictures.WAITING else ""
    return {"view": address, "alt": picture.name, "name": picture.name, "told": told}


def _downloads(picture: Picture) -> list[dict[str, str]]:
    """The files that can be had now."""
    base = f"/pictures/{picture.id}/file"
    found: list[dict[str, str]] = []

    def add(address: str, name: str, hint: str) -> None:
        found.append({"href": f"{base}/{address}", "name": name, "hint": hint})

    if picture.state in (pictures.WAITING, pictures.FAILED):
        add("original", "As it came", picture.kind)
        return found
    if picture.ssimulacra2 is None:
        add("restored", "The file that came", "every byte")
    else:
        add("restored?suffix=.png", "Restored", "PNG, the measured pixels")
        add("restored?suffix=.jpg", "Restored", "JPEG, smaller")
    add("x2?suffix=.png", "Enlarged twice", "PNG")
    add("stored", "As stored", plain_name(picture.way))
    if picture.original is not None and picture.ssimulacra2 is not None:
        add("original", "Original", f"{picture.kind}, while it is kept")
    return found
