"""The folder that an exporter fills: written whole or not at all, with a manifest."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from srq.errors import StorageError
from srq.files import storage_error
from srq.version import __version__

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What an exporter wrote: which Program, by whom, and the SHA-256 of every file by path."""

    exporter: str
    fingerprint: str
    files: Mapping[str, str]

    def to_json(self) -> str:
        """The text of ``manifest.json``."""
        described = {
            "exporter": self.exporter,
            "files": dict(sorted(self.files.items())),
            "program": self.fingerprint,
            "srq": __version__,
        }
        return json.dumps(described, indent=2) + "\n"


def check_free(folder: Path | str) -> None:
    """Raise StorageError if ``folder`` is there and not an empty folder."""
    folder = Path(folder)
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise storage_error("write", folder, error) from error
    if taken:
        raise StorageError(f"{folder} is there already and not empty; name a new folder.")


def write_folder(
    folder: Path | str, exporter: str, fingerprint: str, files: Mapping[str, bytes]
) -> Manifest:
    """Write ``files`` by their relative paths and a manifest into ``folder``.

    The folder must be missing or empty. A missing one appears whole or not at all; in an empty
    one, which stays the folder that it is, the manifest comes last. Raises StorageError.
    """
    folder = Path(folder)
    manifest = Manifest(
        exporter,
        fingerprint,
        {path: hashlib.sha256(data).hexdigest() for path, data in files.items()},
    )
    content = {**files, MANIFEST: manifest.to_json().encode()}
    check_free(folder)
    try:
        if folder.exists():
            with _draft(folder, folder, content) as draft:
                _move_into(folder, draft)
        else:
            with _parents(folder), _draft(folder, folder.parent, content) as draft:
                draft.chmod(0o777 & ~_umask())
                os.replace(draft, folder)
    except OSError as error:
        raise storage_error("write", folder, error) from error
    return manifest


@contextmanager
def _parents(folder: Path) -> Iterator[None]:
    """Make the folders above, and take back those that were made if the block fails."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            with suppress(OSError):
                parent.rmdir()
        raise


@contextmanager
def _draft(folder: Path, near: Path, content: Mapping[str, bytes]) -> Iterator[Path]:
    """A temporary folder in ``near`` that holds the files."""
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=near))
    try:
        for path, data in content.items():
            place = draft / PurePosixPath(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _move_into(folder: Path, draft: Path) -> None:
    """All that is in ``draft`` to ``folder``, the manifest last; or nothing."""
    names = sorted((file.name for file in draft.iterdir()), key=lambda name: name == MANIFEST)
    try:
        for name in names:
            os.rename(draft / name, folder / name)
    except BaseException:
        for name in names:
            if (folder / name).exists():
                os.rename(folder / name, draft / name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
