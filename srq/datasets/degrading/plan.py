"""The sources of a run, the names of what is made of them, and the parts it is cut into."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from srq.datasets.lists import pictures_in
from srq.errors import DataError

PART = 64
"""About how many sources a part has."""

_LONGEST = 4
"""A part has at most so many times as many."""


@dataclass(frozen=True, slots=True)
class Source:
    """A picture to degrade.

    name: its path below the folder of the sources, with "/".
    stem: what the files made of it are called, without suffix; no other source's is equal, not
          even where a file system takes "A" for "a".
    """

    name: str
    stem: str


@dataclass(frozen=True)
class Part:
    """Neighbouring sources, which are committed together; ``id`` comes of their names."""

    id: str
    sources: tuple[Source, ...]


def find_sources(place: Path, out: Path) -> tuple[Path, tuple[Source, ...]]:
    """The folder of the sources, and all pictures in and below it but those of ``out``.

    ``place`` is a folder, or one picture. Raises DataError if there is none.
    """
    if place.is_dir():
        if place.resolve() == out.resolve():
            raise DataError(f"{out} is the folder of the HR pictures; name another for the LR.")
        inside = out.resolve().is_relative_to(place.resolve())
        # An LR folder inside the HR folder is not to be degraded again.
        names = [
            path.relative_to(place).as_posix()
            for path in pictures_in(place)
            if not (inside and _is_below(path, out))
        ]
        if not names:
            raise DataError(f"{place} holds no pictures but those of {out}; name another folder.")
        return place, name_sources(names)
    if place.is_file():
        return place.parent, name_sources([place.name])
    raise DataError(f"{place} is neither a folder nor a picture that exists.")


def name_sources(names: Iterable[str]) -> tuple[Source, ...]:
    """Sources of these names, sorted by them, each with a stem of its own.

    A stem is the name without its suffix. Where that would be another's too it keeps the suffix,
    and where that is not enough it gets digits of the name's hash.
    """
    ordered = sorted(set(names), key=_bytes_of)
    rank: dict[str, int] = {}  # of those whose name alone is not enough
    while True:
        owners = Counter(_stem(name, rank.get(name, 0)).casefold() for name in ordered)
        shared = [name for name in ordered if owners[_stem(name, rank.get(name, 0)).casefold()] > 1]
        del owners
        if not shared:
            return tuple(Source(name, _stem(name, rank.get(name, 0))) for name in ordered)
        for name in shared:
            rank[name] = min(rank.get(name, 0) + 1, 2)


def cut_into_parts(sources: Sequence[Source], about: int = PART) -> tuple[Part, ...]:
    """Parts of about ``about`` neighbours.

    The names themselves say where a part ends, so that one more picture changes one part, or two,
    and not all after it.
    """
    parts: list[Part] = []
    waiting: list[Source] = []
    for source in sources:
        waiting.append(source)
        if name_hash(source.name) % about == 0 or len(waiting) == _LONGEST * about:
            parts.append(_part(waiting))
            waiting = []
    if waiting:
        parts.append(_part(waiting))
    return tuple(parts)


def name_hash(name: str) -> int:
    """64 bits of the SHA-256 of a source's name."""
    return int.from_bytes(hashlib.sha256(_bytes_of(name)).digest()[:8], "big")


def _part(sources: list[Source]) -> Part:
    names = json.dumps([[source.name, source.stem] for source in sources])
    return Part(hashlib.sha256(names.encode()).hexdigest()[:16], tuple(sources))


def _stem(name: str, rank: int) -> str:
    plain = name if rank else _without_suffix(name)
    digits = f"~{name_hash(name):016x}" if rank == 2 else ""
    return "".join(map(_printable, plain)) + digits


def _without_suffix(name: str) -> str:
    # Not by pathlib: what it calls the suffix of "..png" is another in each Python.
    folder, slash, own = name.rpartition("/")
    stem = own.rpartition(".")[0]
    return folder + slash + (stem if stem.strip(".") else own)


def _printable(character: str) -> str:
    """A character as file names may have it, in lists with a name on each line, too."""
    if character.isprintable():
        return character
    return "".join(f"%{byte:02X}" for byte in _bytes_of(character))


def _bytes_of(name: str) -> bytes:
    # A name that is no UTF-8 comes with lone surrogates.
    return name.encode("utf-8", "surrogateescape")


def _is_below(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
