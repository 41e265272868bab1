"""Manifests: JSON lines that tie each HR picture to the LR pictures made from it.

One line is one HR picture::

    {"hr": "HR/zebra.png", "scale": 2, "lr": [{"path": "x2/zebra.png", "recipe": "paper"}]}

Paths are relative to the manifest's folder. Of an LR picture, ``path`` is required; ``recipe``,
``seed`` and ``steps`` (what was drawn) tell how it was made.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srq.errors import DataError
from srq.files import read_text, write_text
from srq.registry import suggestion


@dataclass(frozen=True)
class LowRes:
    """An LR picture: its file, and how it was made where that is known."""

    path: Path
    recipe: str | None = None
    seed: int | None = None
    steps: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True)
class Entry:
    """An HR picture and the LR pictures that are 1/``scale`` of its size."""

    hr: Path
    scale: int
    lr: tuple[LowRes, ...]


# The keys of each object: the type of its value, and whether it must be there.
_ENTRY_KEYS: dict[str, tuple[type, bool]] = {
    "hr": (str, True),
    "scale": (int, True),
    "lr": (list, True),
}
_LR_KEYS: dict[str, tuple[type, bool]] = {
    "path": (str, True),
    "recipe": (str, False),
    "seed": (int, False),
    "steps": (list, False),
}
_KINDS = {str: "a string", int: "a whole number", list: "a list"}


def read_manifest(path: Path | str) -> tuple[Entry, ...]:
    """The entries of a manifest, with paths joined to its folder; blank lines are passed over.

    Raises DataError, with the line's number, for a line that does not say what it must, and
    for a manifest without entries. Whether the pictures exist is not looked at.
    """
    path = Path(path)
    lines = read_text(path, "The manifest", DataError).splitlines()
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
            )
        )
    return Entry(folder / record["hr"], record["scale"], tuple(lows))


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
        record = {"recipe": low.recipe, "seed": low.seed, "steps": low.steps}
        known = {key: value for key, value in record.items() if value is not None}
        lows.append({"path": _relative(low.path, folder), **known})
    return {"hr": _relative(entry.hr, folder), "scale": entry.scale, "lr": lows}


def _relative(path: Path, folder: Path) -> str:
    """``path`` as it reads from ``folder``, so that both may be moved together."""
    return Path(os.path.relpath(path, folder)).as_posix()
