"""Files that are either whole or absent: atomic writes, content hashes, and a user's text."""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from srq.errors import ConfigError, SrqError, StorageError

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and run the command again",
    errno.EDQUOT: "the disk quota is used up; free some space and run the command again",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.ENOTDIR: "a part of the path is a file, not a folder; choose another path",
    errno.EISDIR: "it is a folder; name a file",
}
_REASONS_READING = _REASONS | {
    errno.ENOENT: "it does not exist; check the path",
    errno.EACCES: "permission is denied; make it readable for you",
    errno.EPERM: "permission is denied; make it readable for you",
}
_REASONS_WRITING = _REASONS | {
    errno.EEXIST: _REASONS[errno.ENOTDIR],  # met while making the folders of a path
    errno.ENOENT: "the folder does not exist; make it first",
    errno.EACCES: "permission is denied; choose a folder you may write to",
    errno.EPERM: "permission is denied; choose a folder you may write to",
}


def storage_error(action: str, path: Path | str, error: OSError) -> StorageError:
    """The sentence for an ``OSError`` met while doing ``action`` ("write", "read") to ``path``."""
    reasons = _REASONS_WRITING if action == "write" else _REASONS_READING
    reason = reasons.get(error.errno or 0, error.strerror or str(error))
    return StorageError(f"Cannot {action} {path}: {reason}.")


@contextmanager
def atomic_write(path: Path | str) -> Iterator[BinaryIO]:
    """Open a binary file that takes the name ``path`` only if the block ends without error.

    The bytes go to a temporary name in the same folder and are flushed to disk before the
    rename, so a crash or a full disk leaves the old file (or none), never half a file.
    Missing parent folders are made. Raises StorageError where the file system refuses.
    """
    path = Path(path)
    # Named before it is made: Ctrl-C may strike within the call that makes it.
    temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise storage_error("write", path, error) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def write_bytes(path: Path | str, data: bytes) -> None:
    """Write ``data`` to ``path`` atomically."""
    with atomic_write(path) as stream:
        stream.write(data)


def write_text(path: Path | str, text: str) -> None:
    """Write ``text`` to ``path`` atomically, as UTF-8."""
    write_bytes(path, text.encode())


def read_text(path: Path | str, what: str, error: type[SrqError] = ConfigError) -> str:
    """The text of a file that a user names, in UTF-8.

    ``what`` is the file in a sentence ("The recipe"). Raises StorageError where it cannot be read,
    ``error`` where it is no text.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as refused:
        raise storage_error("read", path, refused) from refused
    except UnicodeDecodeError:
        raise error(f"{what} {path} is not UTF-8 text.") from None


def sha256_file(path: Path | str) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise storage_error("read", path, error) from error
    return digest.hexdigest()
