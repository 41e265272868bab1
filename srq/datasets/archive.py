"""Unpacking a ZIP or TAR archive into a folder, without trusting the names in it."""

import lzma
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from srq.errors import DataError
from srq.files import storage_error

_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)
"""What the readers raise for bytes that are no archive, or one they cannot read."""


def is_archive(path: Path) -> bool:
    """Whether the file is a ZIP or TAR archive (plain, gz, bz2 or xz) by its content."""
    return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def extract(archive: Path, folder: Path) -> None:
    """Unpack the regular files of ``archive`` into ``folder``, which must not exist yet.

    The folder takes its name once all is unpacked. Raises DataError, with nothing left behind,
    if the archive is damaged, or holds a link, a device or a name that leads out of it.
    """
    building: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        for name, stream in _members(archive):
            target = building / _safe(name, archive)
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, "wb") as out:
                for piece in _pieces(stream, archive):
                    out.write(piece)
        # A folder made by mkdtemp is its owner's alone.
        building.chmod(0o755)
        building.rename(folder)
    except OSError as error:
        raise storage_error("write", error.filename or folder, error) from error
    finally:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The name and content of each file in the archive."""
    walk = _zip_members if zipfile.is_zipfile(archive) else _tar_members
    members = walk(archive)
    while True:
        try:
            member = next(members, None)
        except _DAMAGE as error:
            raise _damaged(archive, error) from error
        if member is None:
            return
        yield member


def _zip_members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            if stat.S_ISLNK(info.external_attr >> 16):
                raise _unsafe(info.filename, archive)
            if not info.is_dir():
                with opened.open(info) as stream:
                    yield info.filename, stream


def _tar_members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(archive) as opened:
        for info in opened:
            if info.isdir():
                continue
            stream = opened.extractfile(info) if info.isreg() else None
            if stream is None:
                raise _unsafe(info.name, archive)
            yield info.name, stream
        # The checksum of a compressed archive stands at its end, beyond the last file.
        if opened.fileobj is not None:
            while opened.fileobj.read(1 << 20):
                pass


def _safe(name: str, archive: Path) -> Path:
    """The member's path below the folder; raises DataError if it is not below."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise _unsafe(name, archive)
    # A backslash or a drive would be taken for a folder on Windows.
    if any(sign in name for sign in "\\:\0"):
        raise _unsafe(name, archive)
    return Path(*path.parts)


def _pieces(stream: IO[bytes], archive: Path) -> Iterator[bytes]:
    while True:
        try:
            piece = stream.read(1 << 20)
        except _DAMAGE as error:
            raise _damaged(archive, error) from error
        if not piece:
            return
        yield piece


def _unsafe(name: str, archive: Path) -> DataError:
    return DataError(
        f"{archive} holds '{name}', which is a link, a device or leads out of the folder; "
        "it was not unpacked."
    )


def _damaged(archive: Path, error: BaseException) -> DataError:
    return DataError(f"{archive} is a damaged archive ({error}); remove it and download it again.")
