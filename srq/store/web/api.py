"""The same for programs: JSON, described by OpenAPI."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from srq.errors import SrqError
from srq.store.library import albums, pictures, saved
from srq.store.library.listing import Wanted, page_of
from srq.store.library.restored import What
from srq.store.library.tables import Album, Candidate
from srq.store.modes import mode_named
from srq.store.web.albums import owned as owned_album
from srq.store.web.files import asked
from srq.store.web.picture import owned as owned_picture
from srq.store.web.security.visitor import ApiVisitor
from srq.store.web.server import server_of

router = APIRouter(prefix="/api/v1", tags=["library"])

Id = Annotated[str, Path(max_length=40)]
Ids = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=1000)]


class PictureRow(BaseModel):
    """A picture; times are seconds since 1970, sizes are bytes."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    name: str
    kind: str
    width: int | None
    height: int | None
    taken: int | None
    sha256: str
    came: int
    bytes: int
    mode: str
    state: str
    kept: str | None
    failure: str | None
    way: str | None
    ssimulacra2: float | None
    psnr: float | None
    ssim: float | None
    created: int
    release_at: int | None
    trashed: int | None


class CandidateRow(BaseModel):
    """What a picture would be in a mode."""

    model_config = ConfigDict(from_attributes=True)
    mode: str
    way: str
    quality: int | None
    bytes: int
    ssimulacra2: float | None
    psnr: float | None
    ssim: float | None


class PicturePage(BaseModel):
    """Pictures, and what to ask for as "after" to get more."""

    pictures: list[PictureRow]
    next: str | None


class PictureDetail(PictureRow):
    """A picture with its modes and tags."""

    candidates: list[CandidateRow]
    tags: list[str]


class Known(BaseModel):
    """The id of your picture whose file had a hash, if there is one."""

    picture: str | None


class AlbumRow(BaseModel):
    """An album."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    name: str
    mode: str | None


class NewAlbum(BaseModel):
    """An album to be made."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    mode: str | None = None


class Chosen(BaseModel):
    """Pictures to do something with."""

    pictures: Ids


class NewMode(BaseModel):
    """A mode to hold."""

    mode: Annotated[str, Field(max_length=40)]


class Count(BaseModel):
    """How many it was done with."""

    count: int


class Told(BaseModel):
    """What went wrong."""

    detail: Any


_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": Told} for code in (400, 401, 403, 404, 409, 413, 422)
}
router.responses = _ERRORS


@router.get("/pictures")
def list_pictures(
    request: Request,
    visitor: ApiVisitor,
    q: Annotated[str, Query(max_length=200)] = "",
    album: Annotated[str, Query(max_length=40)] = "",
    tag: Annotated[str, Query(max_length=60)] = "",
    trashed: bool = False,
    after: Annotated[str, Query(max_length=60)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> PicturePage:
    """Your pictures, the latest first."""
    wanted = Wanted(q or None, album or None, tag or None, trashed)
    with server_of(request).database.reading() as session:
        if album:
            owned_album(session, visitor, album)
        found = page_of(session, visitor.id, wanted, after or None, limit)
        rows = [PictureRow.model_validate(one) for one in found.pictures]
    return PicturePage(pictures=rows, next=found.next)


@router.get("/pictures/{picture_id}")
def one_picture(request: Request, visitor: ApiVisitor, picture_id: Id) -> PictureDetail:
    """One of your pictures."""
    with server_of(request).database.reading() as session:
        found = owned_picture(session, visitor, picture_id)
        modes = session.scalars(select(Candidate).where(Candidate.picture_id == found.id)).all()
        tags = albums.tags_of(session, found.id)
    row = PictureRow.model_validate(found).model_dump()
    return PictureDetail(
        **row, candidates=[CandidateRow.model_validate(one) for one in modes], tags=tags
    )


@router.get(
    "/pictures/{picture_id}/file/{what}",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}},
)
def picture_file(
    request: Request,
    visitor: ApiVisitor,
    picture_id: Id,
    what: What,
    suffix: Annotated[str | None, Query(max_length=5)] = None,
) -> Response:
    """A file of it; a suffix (.png, .webp, .jpg) has it made into that."""
    with server_of(request).database.reading() as session:
        found = owned_picture(session, visitor, picture_id)
        file = asked(session, request, found, what, suffix=suffix)
    return file.response(request)


@router.put("/pictures/{picture_id}/mode")
def set_mode(request: Request, visitor: ApiVisitor, picture_id: Id, wanted: NewMode) -> PictureRow:
    """Keep it in another mode, while its original is there."""
    try:
        mode_named(wanted.mode)
    except SrqError as error:
        raise HTTPException(422, str(error)) from error
    try:
        with server_of(request).database.writing() as session:
            found = owned_picture(session, visitor, picture_id)
            pictures.choose_mode(session, found, wanted.mode)
            session.flush()
            return PictureRow.model_validate(found)
    except SrqError as error:
        raise HTTPException(409, str(error)) from error


@router.post("/trash")
def trash(request: Request, visitor: ApiVisitor, chosen: Chosen) -> Count:
    """Put pictures into the trash; those of others are passed over."""
    with server_of(request).database.writing() as session:
        return Count(count=pictures.trash(session, visitor.id, chosen.pictures))


@router.post("/untrash")
def untrash(request: Request, visitor: ApiVisitor, chosen: Chosen) -> Count:
    """Take pictures out of the trash."""
    with server_of(request).database.writing() as session:
        return Count(count=pictures.untrash(session, visitor.id, chosen.pictures))


@router.get("/hashes/{sha256}")
def known(
    request: Request,
    visitor: ApiVisitor,
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
) -> Known:
    """Whether you have stored the file of that SHA-256: it need not be uploaded again.

    Nothing is told of what others have. A picture in the trash is not known, so that it may come
    again.
    """
    with server_of(request).database.reading() as session:
        found = pictures.has(session, visitor.id, sha256)
    return Known(picture=None if found is None or found.trashed is not None else found.id)


@router.get("/albums")
def list_albums(request: Request, visitor: ApiVisitor) -> list[AlbumRow]:
    """Your albums."""
    query = select(Album).where(Album.account_id == visitor.id).order_by(Album.name)
    with server_of(request).database.reading() as session:
        return [AlbumRow.model_validate(one) for one in session.scalars(query)]


@router.post("/albums", status_code=201)
def make_album(request: Request, visitor: ApiVisitor, wanted: NewAlbum) -> AlbumRow:
    """A new album."""
    try:
        if wanted.mode is not None:
            mode_named(wanted.mode)
    except SrqError as error:
        raise HTTPException(422, str(error)) from error
    try:
        with server_of(request).database.writing() as session:
            album = Album(account_id=visitor.id, name=wanted.name, mode=wanted.mode)
            session.add(album)
            session.flush()
            return AlbumRow.model_validate(album)
    except IntegrityError as error:
        raise HTTPException(409, "You have an album of that name.") from error


@router.put("/albums/{album_id}/pictures")
def put_into_album(request: Request, visitor: ApiVisitor, album_id: Id, chosen: Chosen) -> Count:
    """Put pictures into an album; how many were not in it."""
    with server_of(request).database.writing() as session:
        album = owned_album(session, visitor, album_id)
        return Count(count=albums.add(session, visitor.id, album.id, chosen.pictures))


@router.get("/saved")
def what_was_saved(request: Request, visitor: ApiVisitor) -> dict[str, int | float | None]:
    """The sums of the dashboard, in bytes."""
    totals = saved.totals(server_of(request).library, visitor.id)
    return {
        name: getattr(totals, name)
        for name in (
            "pictures", "waiting", "failed", "came", "stored", "originals", "previews",
            "candidates", "rows", "takes", "ratio",
        )
    }  # fmt: skip
