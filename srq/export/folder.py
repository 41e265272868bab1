"""The folder that an exporter fills: written whole or not at all, with a manifest."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from srq import __version__
from srq.errors import StorageError
from srq.files import storage_error

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


def write_folder(
    folder: Path | str, exporter: str, fingerprint: str, files: Mapping[str, bytes]
) -> Manifest:
    """Write ``files`` by their relative paths and a manifest into ``folder``.

    The folder must be missing or empty; it appears whole or not at all. Raises StorageError.
    """
    folder = Path(folder)
    manifest = Manifest(
        exporter,
        fingerprint,
        {path: hashlib.sha256(data).hexdigest() for path, data in files.items()},
    )
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StorageError(f"{folder} is there already and not empty; name a new folder.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            for path, data in {**files, MANIFEST: manifest.to_json().encode()}.items():
                place = draft / PurePosixPath(path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
            draft.chmod(0o777 & ~_umask())
            os.replace(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise storage_error("write", folder, error) from error
    return manifest


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
