"""Files by the SHA-256 of their bytes, in a folder or in a bucket.

A blob never changes. That it is there says nothing: rows count (``srq.store.library.references``).
"""

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from srq.errors import DataError
from srq.files import atomic_write, remove_stale, storage_error

PIECE = 1 << 20
"""Bytes that are read at a time."""

BEGINNINGS = tuple(f"{number:02x}" for number in range(256))
"""What names of blobs begin with; each has a folder of its own."""

_BEGINNING = 4096

_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Blob:
    """A blob that was put, and where its bytes are, for the case that they must be put again."""

    sha256: str
    size: int
    source: bytes | Path


@dataclass(frozen=True)
class Found:
    """A blob that lies in a store, and when it came there in seconds since 1970."""

    sha256: str
    size: int
    since: float


class Blobs(Protocol):
    """A blob store. All raise StorageError where the store refuses."""

    def put(self, source: bytes | Path | Blob) -> Blob:
        """Keep the bytes, or those of a file, or those of a blob, whose hash is known; they are on
        the disk when this returns."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether it is there."""
        ...

    def get(self, sha256: str) -> bytes:
        """Its bytes; DataError where it is missing or damaged."""
        ...

    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Its bytes from ``start`` up to ``end``, a piece at a time, unchecked; DataError where it
        is missing, before the first piece is asked for."""
        ...

    def delete(self, sha256: str) -> None:
        """Remove it, if it is there."""
        ...

    def all(self, begins: str = "") -> Iterator[Found]:
        """Every blob that is there, or those whose name begins with one of ``BEGINNINGS``."""
        ...

    def sweep(self) -> None:
        """Remove what killed processes left half written."""
        ...


def open_blobs(url: str) -> Blobs:
    """The blobs of a folder, or of ``s3://BUCKET/PREFIX``; ConfigError for another URL,
    MissingDependencyError without the extra ``store``."""
    if url.startswith("s3://"):
        from srq.store.library.bucket import BucketBlobs

        return BucketBlobs(url)
    return FolderBlobs(Path(url))


def blob_of(source: bytes | Path | Blob) -> Blob:
    """The hash and size of bytes, or of a file; StorageError where it cannot be read."""
    if isinstance(source, Blob):
        return source
    if isinstance(source, bytes):
        return Blob(hashlib.sha256(source).hexdigest(), len(source), source)
    digest, size = hashlib.sha256(), 0
    for piece in read_pieces(source):
        digest.update(piece)
        size += len(piece)
    return Blob(digest.hexdigest(), size, source)


def beginning(source: bytes | Path | Blob) -> bytes:
    """The first bytes, as many as tell what kind of file it is."""
    if isinstance(source, Blob):
        source = source.source
    if isinstance(source, bytes):
        return source[:_BEGINNING]
    try:
        with source.open("rb") as stream:
            return stream.read(_BEGINNING)
    except OSError as error:
        raise storage_error("read", source, error) from error


def read_pieces(source: bytes | Path) -> Iterator[bytes]:
    """The bytes of a source, a piece at a time; StorageError where a file cannot be read."""
    if isinstance(source, bytes):
        yield source
        return
    try:
        with source.open("rb") as stream:
            while piece := stream.read(PIECE):
                yield piece
    except OSError as error:
        raise storage_error("read", source, error) from error


def whole(sha256: str, data: bytes) -> bytes:
    """``data``, if it is the blob of that name; else DataError."""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DataError(f"The blob {sha256[:12]}... is damaged; take it from a copy.")
    return data


def missing(sha256: str) -> DataError:
    """The error of a blob that is not there."""
    return DataError(f"The blob {sha256[:12]}... is missing; take it from a copy.")


class FolderBlobs:
    """Blobs in a folder, as ``ab/abcdef...``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where it is, or would be."""
        if not _NAME.fullmatch(sha256):
            raise ValueError(f"{sha256!r} names no blob")
        return self.folder / sha256[:2] / sha256

    def put(self, source: bytes | Path | Blob) -> Blob:
        """Keep the bytes: written beside their place, flushed, renamed, and the folder flushed."""
        blob = blob_of(source)
        path = self.path(blob.sha256)
        if _size(path) != blob.size:
            with atomic_write(path) as stream:
                for piece in read_pieces(blob.source):
                    stream.write(piece)
        try:
            # Also if it was there: whoever wrote it may not have come so far.
            _flush(path.parent)
            _flush(self.folder)
        except OSError as error:
            raise storage_error("write", path, error) from error
        return blob

    def has(self, sha256: str) -> bool:
        """Whether it is there."""
        return _size(self.path(sha256)) is not None

    def get(self, sha256: str) -> bytes:
        """Its bytes, checked."""
        return whole(sha256, b"".join(self.pieces(sha256)))

    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Its bytes from ``start`` up to ``end``, unchecked."""
        path = self.path(sha256)
        try:
            stream = path.open("rb")
        except FileNotFoundError:
            raise missing(sha256) from None
        except OSError as error:
            raise storage_error("read", path, error) from error

        def read() -> Iterator[bytes]:
            with stream:
                stream.seek(start)
                # Never more than is there: a buffer that is too large takes longer than the file.
                size = os.fstat(stream.fileno()).st_size
                left = (size if end is None else min(end, size)) - start
                while left > 0 and (piece := stream.read(min(PIECE, left))):
                    left -= len(piece)
                    yield piece

        return read()

    def delete(self, sha256: str) -> None:
        """Remove it."""
        path = self.path(sha256)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error("write", path, error) from error

    def all(self, begins: str = "") -> Iterator[Found]:
        """Every blob, in the order of names."""
        for folder in self._folders():
            if not folder.name.startswith(begins):
                continue
            try:
                with os.scandir(folder) as entries:
                    files = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                raise storage_error("read", folder, error) from error
            for entry in files:
                if _NAME.fullmatch(entry.name):
                    try:
                        found = entry.stat()
                    except FileNotFoundError:  # removed meanwhile
                        continue
                    yield Found(entry.name, found.st_size, found.st_mtime)

    def sweep(self) -> None:
        """Remove half-written files of processes that are gone."""
        for folder in self._folders():
            remove_stale(folder, after=60)

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if len(path.name) == 2)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_error("read", path, error) from error


def _flush(folder: Path) -> None:
    """Make what was renamed into a folder outlive a power cut."""
    if sys.platform == "win32":  # which flushes folders by itself
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
