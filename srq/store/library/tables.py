"""What a library knows, as tables.

Ids are 128 random bits, so that none tells of another. Times are whole seconds since 1970. A
column that names a blob holds its SHA-256; it is set and cleared only together with the count of
``srq.store.library.references``.
"""

import secrets
import time

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Count = BigInteger
"""Bytes and seconds do not fit into 32 bits."""


def new_id() -> str:
    """128 random bits as 22 characters that may stand in a URL."""
    return secrets.token_urlsafe(16)


def now() -> int:
    """The time as tables have it."""
    return int(time.time())


class Base(DeclarativeBase):
    """All tables; constraints have names, so that a migration can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {int: Count, str: Text}  # noqa: RUF012 (SQLAlchemy's own name)


def table_of(rows: type[Base]) -> Table:
    """The table itself. Statements on it are quicker than those on the class of its rows, and give
    columns."""
    assert isinstance(rows.__table__, Table)
    return rows.__table__


def _id() -> Mapped[str]:
    return mapped_column(String(22), primary_key=True, default=new_id)


def _of(table: str, *, null: bool = False, index: bool = True) -> Mapped[str]:
    """A row of ``table``; with it go the rows that belong to it."""
    key = ForeignKey(f"{table}.id", ondelete="SET NULL" if null else "CASCADE")
    return mapped_column(String(22), key, index=index, nullable=null)


def _blob() -> Mapped[str | None]:
    return mapped_column(String(64), ForeignKey("blob.sha256"), index=True)


def _created() -> Mapped[int]:
    return mapped_column(default=now)


class Blob(Base):
    """A file of the blob store.

    refs:   how many columns of other tables name it.
    unused: since when none does; None while one does.
    """

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    refs: Mapped[int] = mapped_column(default=0)
    unused: Mapped[int | None] = mapped_column(index=True)


class Account(Base):
    """Whose pictures they are.

    name:     casefolded.
    password: its argon2id hash; None: nobody can sign in.
    mode:     of pictures for which nothing else is said.
    quota:    the most bytes; None is no limit.
    used:     the sum of its pictures' bytes.
    """

    __tablename__ = "account"
    id: Mapped[str] = _id()
    name: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    mode: Mapped[str] = mapped_column(default="high")
    quota: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = _created()


class Picture(Base):
    """A picture of an account.

    name:     of the file that came.
    kind:     what it is by its content: "JPEG", "PNG".
    width, height, taken: None until it was looked at; ``taken`` by its EXIF, as local time.
    sha256:   of the file that came.
    came:     its bytes.
    mode:     what is to hold.
    state:    "waiting": it is to be looked at. "decided": its stored form was measured, and the
              original is there until ``release_at``. "settled": the original is gone, or is the
              stored form. "failed": nothing could be made of it, and it is kept as it came.
    kept:     why it is not coded anew.
    failure:  the sentence of what went wrong.
    original, stored, preview: blobs.
    record:   the stored form (``srq.store.form``), whose picture is of ``fidelity`` columns.
    way:      for people: "avif", "jpeg in jxl".
    bytes:    all that it takes now: its blobs, its candidates' and the record.
    stored_bytes, original_bytes, preview_bytes: of them those of the stored file and the record,
              and of the original and the preview where these are files beside it.
    compare:  whether every mode is to be tried, for the slider.
    trashed:  since when it is in the trash.
    """

    __tablename__ = "picture"
    __table_args__ = (
        UniqueConstraint("account_id", "sha256"),
        # With the name: a search reads no rows but those that it finds.
        Index("ix_picture_listed", "account_id", "trashed", "created", "id", "name"),
        Index("ix_picture_release", "state", "release_at"),
        # Of the trash alone: SQLite would take it for the many that are not in it, too.
        Index(
            "ix_picture_trashed", "trashed",
            sqlite_where=text("trashed IS NOT NULL"), postgresql_where=text("trashed IS NOT NULL"),
        ),
        # All that the dashboard sums: it reads no rows at all.
        Index(
            "ix_picture_sums", "account_id", "state", "way", "ssimulacra2", "came", "bytes",
            "stored_bytes", "original_bytes", "preview_bytes",
        ),
    )  # fmt: skip
    id: Mapped[str] = _id()
    account_id: Mapped[str] = _of("account", index=False)
    name: Mapped[str]
    kind: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))
    came: Mapped[int]
    mode: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    kept: Mapped[str | None]
    failure: Mapped[str | None]
    original: Mapped[str | None] = _blob()
    stored: Mapped[str | None] = _blob()
    preview: Mapped[str | None] = _blob()
    record: Mapped[str | None]
    way: Mapped[str | None]
    quality: Mapped[int | None]
    ssimulacra2: Mapped[float | None]
    psnr: Mapped[float | None]
    ssim: Mapped[float | None]
    bytes: Mapped[int] = mapped_column(default=0)
    stored_bytes: Mapped[int] = mapped_column(default=0, server_default="0")
    original_bytes: Mapped[int] = mapped_column(default=0, server_default="0")
    preview_bytes: Mapped[int] = mapped_column(default=0, server_default="0")
    compare: Mapped[bool] = mapped_column(default=False)
    created: Mapped[int] = _created()
    decided: Mapped[int | None]
    release_at: Mapped[int | None]
    trashed: Mapped[int | None]


class Candidate(Base):
    """What a picture would be in a mode; the file is there as long as the original is."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("picture_id", "mode"),)
    id: Mapped[str] = _id()
    picture_id: Mapped[str] = _of("picture", index=False)
    mode: Mapped[str]
    way: Mapped[str]
    quality: Mapped[int | None]
    bytes: Mapped[int]
    ssimulacra2: Mapped[float | None]
    psnr: Mapped[float | None]
    ssim: Mapped[float | None]
    record: Mapped[str]
    blob: Mapped[str | None] = _blob()


class Album(Base):
    """Pictures of an account under a name; ``mode`` is for those that come into it."""

    __tablename__ = "album"
    __table_args__ = (UniqueConstraint("account_id", "name"),)
    id: Mapped[str] = _id()
    account_id: Mapped[str] = _of("account", index=False)
    name: Mapped[str]
    mode: Mapped[str | None]
    created: Mapped[int] = _created()


class AlbumPicture(Base):
    """A picture in an album."""

    __tablename__ = "album_picture"
    album_id: Mapped[str] = mapped_column(
        String(22), ForeignKey("album.id", ondelete="CASCADE"), primary_key=True
    )
    picture_id: Mapped[str] = mapped_column(
        String(22), ForeignKey("picture.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Tag(Base):
    """A word of an account for its pictures, casefolded."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("account_id", "name"),)
    id: Mapped[str] = _id()
    account_id: Mapped[str] = _of("account", index=False)
    name: Mapped[str]


class PictureTag(Base):
    """A picture with a tag."""

    __tablename__ = "picture_tag"
    tag_id: Mapped[str] = mapped_column(
        String(22), ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True
    )
    picture_id: Mapped[str] = mapped_column(
        String(22), ForeignKey("picture.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Job(Base):
    """Work on a picture that is still to be done; the row goes when it is done.

    run_at:   not before.
    attempts: how often it killed the process that did it.
    worker:   who has it, until ``leased``; None while nobody has.
    error:    why it is not done yet.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("picture_id", "kind"),
        Index("ix_job_waiting", "run_at", "id"),
    )
    id: Mapped[str] = _id()
    kind: Mapped[str]
    picture_id: Mapped[str] = _of("picture", index=False)
    run_at: Mapped[int] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    leased: Mapped[int | None]
    error: Mapped[str | None]
    created: Mapped[int] = _created()


class Restored(Base):
    """A restored file in the cache, or one that somebody is making.

    key:    the hash of all that decides its bytes; it is the ETag.
    blob:   None while it is made, which is until ``leased`` at most.
    used:   when it was last asked for, to about a minute.
    """

    __tablename__ = "restored"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    blob: Mapped[str | None] = _blob()
    size: Mapped[int] = mapped_column(default=0)
    leased: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=now, index=True)


class KeptProgram(Base):
    """The file of a Program that restores pictures, for when the zoo has it no more."""

    __tablename__ = "kept_program"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    blob: Mapped[str | None] = _blob()


class Day(Base):
    """What changed in an account on a day (in UTC, days since 1970): sums of it are its history.

    pictures, came, bytes: by how much their number, the bytes that came, and all bytes that they
    take have grown.
    """

    __tablename__ = "day"
    account_id: Mapped[str] = mapped_column(
        String(22), ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pictures: Mapped[int] = mapped_column(default=0)
    came: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)


class Upload(Base):
    """An upload on its way; its bytes count as used until it ends or expires."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_unfinished", "account_id", "picture_id", "expires"),)
    id: Mapped[str] = _id()
    account_id: Mapped[str] = _of("account", index=False)
    album_id: Mapped[str | None] = _of("album", null=True)
    name: Mapped[str]
    length: Mapped[int]
    offset: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    picture_id: Mapped[str | None] = _of("picture", null=True)
    error: Mapped[str | None]
    created: Mapped[int] = _created()
    expires: Mapped[int] = mapped_column(index=True)


class UploadPart(Base):
    """Bytes of an upload from ``start`` on."""

    __tablename__ = "upload_part"
    upload_id: Mapped[str] = mapped_column(
        String(22), ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True
    )
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    blob: Mapped[str | None] = _blob()


class WebSession(Base):
    """A browser that has signed in: the SHA-256 of its cookie."""

    __tablename__ = "web_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = _of("account")
    csrf: Mapped[str]
    created: Mapped[int] = _created()
    used: Mapped[int] = _created()
    expires: Mapped[int] = mapped_column(index=True)


class ApiKey(Base):
    """A key of a program that acts for an account: the SHA-256 of it."""

    __tablename__ = "api_key"
    id: Mapped[str] = _id()
    account_id: Mapped[str] = _of("account")
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[int] = _created()
    used: Mapped[int | None]
    expires: Mapped[int | None]


class Share(Base):
    """A link by which anyone sees a picture or an album: the SHA-256 of its token."""

    __tablename__ = "share"
    id: Mapped[str] = _id()
    account_id: Mapped[str] = _of("account")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    picture_id: Mapped[str | None] = mapped_column(
        String(22), ForeignKey("picture.id", ondelete="CASCADE"), index=True
    )
    album_id: Mapped[str | None] = mapped_column(
        String(22), ForeignKey("album.id", ondelete="CASCADE"), index=True
    )
    password: Mapped[str | None]
    created: Mapped[int] = _created()
    expires: Mapped[int | None]
    revoked: Mapped[int | None]
    views: Mapped[int] = mapped_column(default=0)


class Limit(Base):
    """How often something was tried since when, for limits that hold over all servers."""

    __tablename__ = "limit"
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    since: Mapped[int] = mapped_column(default=now, index=True)


BLOB_COLUMNS = (
    Picture.original, Picture.stored, Picture.preview, Candidate.blob, Restored.blob,
    KeptProgram.blob, UploadPart.blob,
)  # fmt: skip
"""Every column that names a blob."""
