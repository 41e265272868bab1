"""The catalogue of sets that can be downloaded: a TOML table of each, checked."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from srq.errors import ConfigError, DataError
from srq.files import read_text
from srq.registry import suggestion


@dataclass(frozen=True)
class Item:
    """A set: where its one file lies, its length in bytes and its SHA-256 in hexadecimal.

    ``about`` and ``terms`` (of use) are for people.
    """

    url: str
    size: int
    sha256: str
    about: str = ""
    terms: str = ""

    @property
    def file(self) -> str:
        """The name of the file at the end of the URL."""
        return urlsplit(self.url).path.rpartition("/")[2]


Catalogue = Mapping[str, Item]


def load_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue in a TOML file, or the one that comes with srq, by name.

    Raises ConfigError, naming the set and key, for an entry that does not say what it must.
    """
    if path is None:
        text = (resources.files("srq.datasets") / "catalogue.toml").read_text(encoding="utf-8")
        where = "srq's catalogue"
    else:
        where = f"The catalogue {path}"
        text = read_text(path, "The catalogue")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not valid TOML: {error}.") from None
    return {name: _parse(name, table, where) for name, table in tables.items()}


def find_item(catalogue: Catalogue, name: str) -> Item:
    """The set called ``name``; raises DataError with the nearest name if there is none."""
    if name not in catalogue:
        raise DataError(f"No set called '{name}' can be downloaded; {suggestion(name, catalogue)}")
    return catalogue[name]


def _parse(name: str, table: Any, where: str) -> Item:
    where = f"{where}, [{name}]"
    # The name becomes a folder's.
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ConfigError(f"{where}: a set's name must be letters, digits, '-', '_' and '.'.")
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table with url, size and sha256.")
    known = [field.name for field in fields(Item)]
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"{where}: unknown key '{key}'; {suggestion(key, known)}")
        wanted = int if key == "size" else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            kind = "a whole number" if wanted is int else "text"
            raise ConfigError(f"{where}: '{key}' must be {kind}, not {value!r}.")
    for key in ("url", "size", "sha256"):
        if key not in table:
            raise ConfigError(f"{where}: '{key}' is missing; a set needs url, size and sha256.")
    item = Item(**table)
    if urlsplit(item.url).scheme not in ("http", "https") or not item.file:
        raise ConfigError(f"{where}: 'url' must be that of a file over http(s), not {item.url}.")
    if item.size < 1:
        raise ConfigError(f"{where}: 'size' must be the file's length in bytes, not {item.size}.")
    if not re.fullmatch("[0-9a-f]{64}", item.sha256):
        raise ConfigError(f"{where}: 'sha256' must be 64 digits 0-9 a-f, not {item.sha256!r}.")
    return item
