"""Manifests: JSON lines that tie each HR picture to the LR pictures made from it.

One line is one HR picture::

    {"hr": "HR/zebra.png", "scale": 2, "lr": [{"path": "x2/zebra.png", "recipe": "paper"}]}

Paths are relative to the manifest's folder. Of an LR picture, ``path`` is required; ``recipe``,
``seed``, ``steps`` (what was drawn) and ``output`` tell how it was made. Where a path is that of a
tar or an LMDB, ``member`` (of HR: ``hr_member``) is the picture's name in it. ``hr_size`` is the
height and width of the upper left part of the HR picture that counts. ``sha256`` and
``hr_sha256`` are of the pictures' files, ``source`` and ``source_sha256`` of the picture that both
were made of, and ``hr_name`` is the recipe's name for an HR of that size.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.datasets.pictures import read_uint8
from srq.errors import DataError
from srq.files import read_text, write_text
from srq.registry import suggestion


@dataclass(frozen=True)
class LowRes:
    """An LR picture: its file, and how it was made where that is known.

    ``member`` is its name in the file, if that is a tar or an LMDB; ``output`` is the recipe's
    name for it, if the recipe makes several.
    """

    path: Path
    recipe: str | None = None
    seed: int | None = None
    steps: tuple[Mapping[str, Any], ...] | None = None
    member: str | None = None
    output: str | None = None

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return _name(self.path, self.member)

    def read(self) -> NDArray[np.uint8]:
        """Its pixels, as ``read_uint8`` gives them."""
        return read_uint8(self.path, self.member)


@dataclass(frozen=True)
class Entry:
    """An HR picture and the LR pictures that are 1/``scale`` of its size.

    ``member`` is its name in the file, if that is a tar or an LMDB. Of the picture only the upper
    left ``size`` (height, width) counts, if that is given.
    """

    hr: Path
    scale: int
    lr: tuple[LowRes, ...]
    member: str | None = None
    size: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """What to call the HR picture in a sentence."""
        return _name(self.hr, self.member)

    def read(self) -> NDArray[np.uint8]:
        """The pixels of the HR picture, as ``read_uint8`` gives them, that count."""
        pixels = read_uint8(self.hr, self.member)
        if self.size is None:
            return pixels
        height, width = self.size
        if pixels.shape[0] < height or pixels.shape[1] < width:
            raise DataError(
                f"{self.name} is {pixels.shape[1]}x{pixels.shape[0]}, but its manifest counts on "
                f"{width}x{height}."
            )
        return pixels[:height, :width]


def _name(path: Path, member: str | None) -> str:
    return str(path) if member is None else f"{member} in {path}"


# The keys of each object: the type of its value, and whether it must be there.
_ENTRY_KEYS: dict[str, tuple[type, bool]] = {
    "hr": (str, True),
    "scale": (int, True),
    "lr": (list, True),
    "hr_member": (str, False),
    "hr_name": (str, False),
    "hr_sha256": (str, False),
    "hr_size": (list, False),
    "source": (str, False),
    "source_sha256": (str, False),
}
_LR_KEYS: dict[str, tuple[type, bool]] = {
    "path": (str, True),
    "recipe": (str, False),
    "seed": (int, False),
    "steps": (list, False),
    "member": (str, False),
    "output": (str, False),
    "sha256": (str, False),
}
_KINDS = {str: "a string", int: "a whole number", list: "a list"}


def read_manifest(path: Path | str) -> tuple[Entry, ...]:
    """The entries of a manifest, with paths joined to its folder; blank lines are passed over.

    Raises DataError, with the line's number, for a line that does not say what it must, and
    for a manifest without entries. Whether the pictures exist is not looked at.
    """
    path = Path(path)
    # Not splitlines, which knows ends of lines that JSON leaves as they are.
    lines = read_text(path, "The manifest", DataError).split("\n")
    entries = tuple(
        _parse(line, f"{path}, line {number}", path.parent)
        for number, line in enumerate(lines, 1)
        if line.strip()
    )
    if not entries:
        raise DataError(f"The manifest {path} names no pictures; write one line for each HR.")
    return entries


def write_manifest(path: Path | str, entries: Iterable[Entry]) -> None:
    """Write a manifest atomically, its paths relative to its folder."""
    folder = Path(path).parent
    lines = [json.dumps(_record(entry, folder), ensure_ascii=False) for entry in entries]
    write_text(path, "".join(line + "\n" for line in lines))


def _parse(line: str, where: str, folder: Path) -> Entry:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(f"{where} is not JSON: {error.msg} at column {error.colno}.") from None
    _check(record, _ENTRY_KEYS, where)
    if record["scale"] < 1:
        raise DataError(f"{where}: 'scale' must be at least 1, not {record['scale']}.")
    if not record["lr"]:
        raise DataError(f"{where}: 'lr' is empty; name at least one LR picture.")
    lows: list[LowRes] = []
    for number, low in enumerate(record["lr"], 1):
        _check(low, _LR_KEYS, f"{where}, LR picture {number}")
        steps = low.get("steps")
        lows.append(
            LowRes(
                folder / low["path"],
                low.get("recipe"),
                low.get("seed"),
                None if steps is None else tuple(steps),
                low.get("member"),
                low.get("output"),
            )
        )
    size = record.get("hr_size")
    if size is not None and (len(size) != 2 or not all(type(n) is int and n > 0 for n in size)):
        raise DataError(f"{where}: 'hr_size' must be [height, width], not {size!r}.")
    return Entry(
        folder / record["hr"],
        record["scale"],
        tuple(lows),
        record.get("hr_member"),
        None if size is None else (size[0], size[1]),
    )


def _check(record: Any, keys: Mapping[str, tuple[type, bool]], where: str) -> None:
    if not isinstance(record, dict):
        raise DataError(f"{where} must be a JSON object, not {record!r}.")
    for key, value in record.items():
        if key not in keys:
            raise DataError(f"{where}: unknown key '{key}'; {suggestion(key, keys)}")
        wanted, _ = keys[key]
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise DataError(f"{where}: '{key}' must be {_KINDS[wanted]}, not {value!r}.")
    for key, (_, required) in keys.items():
        if required and key not in record:
            raise DataError(f"{where}: '{key}' is missing.")


def _record(entry: Entry, folder: Path) -> dict[str, Any]:
    lows: list[dict[str, Any]] = []
    for low in entry.lr:
        record = {
            "member": low.member,
            "output": low.output,
            "recipe": low.recipe,
            "seed": low.seed,
            "steps": low.steps,
        }
        known = {key: value for key, value in record.items() if value is not None}
        lows.append({"path": _relative(low.path, folder), **known})
    high: dict[str, Any] = {"hr": _relative(entry.hr, folder)}
    if entry.member is not None:
        high["hr_member"] = entry.member
    if entry.size is not None:
        high["hr_size"] = list(entry.size)
    return {**high, "scale": entry.scale, "lr": lows}


def _relative(path: Path, folder: Path) -> str:
    """``path`` as it reads from ``folder``, so that both may be moved together."""
    return Path(os.path.relpath(path, folder)).as_posix()
