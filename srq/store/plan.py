"""A folder of pictures, tried out: what each would take, and what would be lost."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from srq.errors import DataError, SrqError
from srq.files import storage_error
from srq.image.encode import FORMATS
from srq.parallel.workers import map_in_threads
from srq.store.choose import Choice, Stored, choose
from srq.store.modes import Mode
from srq.upscaling.fingerprints import Programs


@dataclass(frozen=True)
class Row:
    """A picture of the folder: what was chosen, or the sentence of what is wrong with it."""

    name: str
    choice: Choice | None = None
    sentence: str | None = None


def pictures_of(folder: Path, *, recursive: bool = False) -> list[Path]:
    """The files of ``folder`` named as pictures, in order; hidden ones are passed over.

    Raises StorageError where it cannot be read, DataError where it holds none.
    """
    try:
        every = folder.rglob("*") if recursive else folder.iterdir()
        found = sorted(
            path
            for path in every
            if path.suffix.lower() in FORMATS
            and path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        )
    except OSError as error:
        raise storage_error("read", folder, error) from error
    if not found:
        hint = "" if recursive else "; --recursive looks below it as well"
        raise DataError(f"{folder} holds no picture{hint}.")
    return found


def planned(
    paths: Sequence[Path], folder: Path, mode: Mode, programs: Programs, *, workers: int = 1
) -> Iterator[Row]:
    """The rows of ``paths``, in their order, as they come; ``workers`` pictures at a time."""
    work = partial(_row, folder=folder, mode=mode, programs=programs)
    return map_in_threads(work, paths, workers)


def _row(path: Path, *, folder: Path, mode: Mode, programs: Programs) -> Row:
    name = path.relative_to(folder).as_posix()
    try:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise storage_error("read", path, error) from error
        return Row(name, choose(data, str(path), mode, programs))
    except SrqError as error:
        return Row(name, sentence=str(error))


def summary(rows: Sequence[Row], mode: Mode) -> dict[str, Any]:
    """The rows and their sums as plain values, for JSON and for the page."""
    chosen = [row.choice for row in rows if row.choice is not None]
    came = sum(choice.came for choice in chosen)
    takes = sum(choice.stored.bytes for choice in chosen)
    return {
        "mode": mode.name,
        "pictures": len(rows),
        "failed": len(rows) - len(chosen),
        "kept": sum(choice.kept is not None for choice in chosen),
        "bytes_came": came,
        "bytes_stored": takes,
        "ratio": came / takes if takes else None,
        "rows": [_plain(row) for row in rows],
    }


def _plain(row: Row) -> dict[str, Any]:
    choice = row.choice
    if choice is None:
        return {"name": row.name, "sentence": row.sentence}
    return {
        "name": row.name,
        "bytes_came": choice.came,
        "kept": choice.kept,
        "chosen": _plain_stored(choice.stored),
        "ways": [_plain_stored(one) for one in choice.ways.values()],
    }


def _plain_stored(stored: Stored) -> dict[str, Any]:
    measured = None if stored.fidelity is None else asdict(stored.fidelity)
    return {
        "way": stored.name,
        "quality": stored.form.quality,
        "bytes": stored.bytes,
        "fidelity": measured,
    }
