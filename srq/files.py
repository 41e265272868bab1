"""Files that are either whole or absent: atomic writes, content hashes, and a user's text."""

import errno
import hashlib
import os
import platform
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from srq.errors import ConfigError, SrqError, StorageError

if sys.platform != "win32":
    import fcntl

_TEMPORARY = re.compile(r"\..+\.([0-9a-f]{8})-[0-9a-f]{12}\.tmp")
"""Temporary names: the file's, the machine's hash, and what makes it the only one."""

_MACHINE = hashlib.sha256(platform.node().encode()).hexdigest()[:8]

_HELD = ".held"
"""The file in a folder of ``staging`` that is locked as long as its process works."""

_SECONDS_TO_LOCK = 60
_SECONDS_TO_WRITE = 7 * 24 * 3600

_swept: set[Path] = set()

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
    Missing parent folders are made. What killed processes left in the folder under such names
    is removed. Raises StorageError where the file system refuses.
    """
    path = Path(path)
    # Named before it is made: Ctrl-C may strike within the call that makes it.
    temporary = path.parent / f".{path.name}.{_MACHINE}-{secrets.token_hex(6)}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent not in _swept:
            _swept.add(path.parent)
            remove_stale(path.parent, after=_SECONDS_TO_LOCK)
        with open(temporary, "xb") as stream:
            _lock(stream)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            if sys.platform != "win32":  # still locked, so that nobody takes it for stale
                os.replace(temporary, path)
        if sys.platform == "win32":  # where an open file cannot be renamed
            os.replace(temporary, path)
    except OSError as error:
        raise storage_error("write", path, error) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A folder of its own in ``folder`` for files that are renamed into their places by the
    block; it is removed when the block ends, with what is left in it.

    What killed processes left is removed, as by ``atomic_write``. Raises StorageError where the
    file system refuses.
    """
    stage = folder / f".stage.{_MACHINE}-{secrets.token_hex(6)}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder not in _swept:
            _swept.add(folder)
            remove_stale(folder, after=_SECONDS_TO_LOCK)
        stage.mkdir()
        with open(stage / _HELD, "xb") as stream:
            _lock(stream)
            yield stage
    except OSError as error:
        raise storage_error("write", error.filename or stage, error) from error
    finally:
        try:
            shutil.rmtree(stage, ignore_errors=True)
        except BaseException:  # Ctrl-C, in the midst of it
            shutil.rmtree(stage, ignore_errors=True)
            raise


def sync_and_rename(files: Iterable[tuple[Path, Path]]) -> None:
    """Flush each of the first files to disk, and then rename each to the second; missing parent
    folders are made."""
    pairs = list(files)
    for staged, _ in pairs:
        with open(staged, "rb+") as stream:
            os.fsync(stream.fileno())
    for staged, place in pairs:
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged, place)


def remove_stale(folder: Path, *, after: float = 0) -> None:
    """Remove from ``folder`` what killed processes of srq were about to rename, and nothing else.

    A file, or a folder of ``staging``, is stale if it was last written more than ``after`` seconds
    ago, on this machine, and no process has it open to write; or more than a week ago, wherever.
    ``after`` is to be a minute where others may just be opening one.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = _TEMPORARY.fullmatch(entry.name)
            if name is None:
                continue
            with suppress(OSError):
                age = time.time() - entry.stat().st_mtime
                is_folder = entry.is_dir(follow_symlinks=False)
                held = os.path.join(entry.path, _HELD) if is_folder else entry.path
                here = name[1] == _MACHINE and age >= after and not _is_locked(held)
                if here or age > _SECONDS_TO_WRITE:
                    shutil.rmtree(entry.path) if is_folder else os.unlink(entry.path)


def _lock(stream: BinaryIO) -> None:
    """Hold a file until it is closed, or until the process ends, however it does."""
    if sys.platform != "win32":  # where a file that is open cannot be removed anyway
        with suppress(OSError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_locked(path: str) -> bool:
    """Whether a process holds a file, or it cannot be known."""
    if sys.platform != "win32":
        with open(path, "rb") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
    return False


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
