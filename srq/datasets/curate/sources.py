"""Which pictures a folder holds, and why its other files are rejected."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from srq.datasets.curate.views import Source
from srq.datasets.lists import PICTURE_SUFFIXES
from srq.errors import DataError, SrqError, StorageError
from srq.files import storage_error
from srq.image.decode import decode_first, open_image, picture_numbers
from srq.image.encode import FORMATS

SUFFIXES = PICTURE_SUFFIXES | frozenset(FORMATS)


@dataclass(frozen=True)
class Rejected:
    """A file that is not curated, and why, as a sentence without the file's name."""

    path: str
    reason: str


@dataclass(frozen=True)
class Found:
    """A file below IN that is a picture by its name; ``stamp`` tells whether it changed."""

    path: str
    stamp: str


def walk(folder: Path, but: Path) -> tuple[list[Found], list[Rejected]]:
    """The files below ``folder`` that are pictures by their names, and the rest, both sorted.

    Hidden files and the folder ``but`` are passed over; links to folders are not followed.
    Raises StorageError if ``folder`` itself cannot be listed.
    """
    found: list[Found] = []
    rejected: list[Rejected] = []

    def note(error: OSError) -> None:
        path = Path(error.filename or folder)
        if path == folder:
            raise storage_error("read", path, error) from error
        rejected.append(Rejected(_below(path, folder), _reason(error)))

    but = but.resolve()
    for parent, folders, names in os.walk(folder, onerror=note):
        here = Path(parent)
        for name in list(folders):
            path = here / name
            if path.is_symlink():
                rejected.append(Rejected(_below(path, folder), "It is a link to a folder."))
            if name.startswith(".") or path.is_symlink() or path.resolve() == but:
                folders.remove(name)
        for name in names:
            if name.startswith("."):
                continue
            path = here / name
            below = _below(path, folder)
            if path.suffix.lower() not in SUFFIXES:
                rejected.append(Rejected(below, "It is no picture by its name."))
                continue
            try:
                state = path.stat()
            except (OSError, RuntimeError) as error:
                rejected.append(Rejected(below, _reason(error)))
                continue
            if not stat.S_ISREG(state.st_mode):
                rejected.append(Rejected(below, "It is neither a file nor a folder."))
                continue
            stamp = f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns}"
            found.append(Found(below, stamp))
    return sorted(found, key=lambda one: one.path), sorted(rejected, key=lambda one: one.path)


def examine(folder: Path, path: str, accept: Sequence[str]) -> Source | Rejected:
    """Read the file ``path`` below ``folder`` whole: a source, or why it is none.

    ``accept`` names kinds that are otherwise rejected. 16 bits are rounded to 8, transparency
    is dropped, of an animation the first picture is taken.
    """
    try:
        data = (folder / path).read_bytes()
    except OSError as error:
        return Rejected(path, _reason(error))
    digest = hashlib.sha256(data).hexdigest()
    try:
        picture = decode_first(data, path)
    except SrqError as error:
        return Rejected(path, _without_name(str(error), path))
    kinds = {
        "animated": len(_numbers(data)) > 1,
        "cmyk": _mode(data) == "CMYK",
        "16-bit": picture.pixels.dtype == np.uint16,
        "transparent": picture.is_transparent,
    }
    for kind, reason in _KINDS.items():
        if kinds[kind] and kind not in accept:
            return Rejected(path, reason)
    height, width = picture.size
    return Source(path, digest, height, width, 1 if picture.is_gray else 3)


_KINDS = {
    "animated": 'It holds several pictures; accept = ["animated"] takes the first.',
    "cmyk": 'Its colours are CMYK, for print; accept = ["cmyk"] converts it.',
    "16-bit": 'It has 16 bits a channel; accept = ["16-bit"] rounds it to 8.',
    "transparent": 'It is transparent in parts; accept = ["transparent"] drops that.',
}


def _numbers(data: bytes) -> list[int]:
    try:
        return picture_numbers(data)
    except Exception:  # It was read; more is not asked.
        return [0]


def _mode(data: bytes) -> str:
    try:
        return open_image(data).mode
    except Exception:  # A format that Pillow does not open is not CMYK here.
        return ""


def folders_of(sources: Sequence[Source]) -> Iterator[str]:
    """The folders that sources lie in, each once, sorted."""
    yield from sorted({source.folder for source in sources})


def check_folders(folder: Path, out: Path) -> None:
    """Refuse an IN that is no folder, or is OUT itself."""
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder that exists; name one with pictures.")
    if folder.resolve() == out.resolve():
        raise DataError(f"{out} is the folder of the pictures; name another for the results.")


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _reason(error: OSError | RuntimeError) -> str:
    if isinstance(error, RuntimeError):  # a loop of links, in some versions of Python
        return "It is a link that leads to itself."
    told: StorageError = storage_error("read", "it", error)
    return str(told)


def _without_name(sentence: str, path: str) -> str:
    told = sentence.replace(f"Cannot read {path}: ", "").replace(path, "it").strip()
    return told[:1].upper() + told[1:]
