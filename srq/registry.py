"""Explicit lists of what can be chosen by name, read without importing any of it.

A room that can be extended (engines, exporters, subjects of verification, networks, degradations)
keeps one such list. An extension is one file and one line in it; what it needs is imported when
it is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Generic, TypeVar

from srq.errors import ConfigError, MissingDependencyError, SrqError

REINSTALL = "reinstall srq"


@dataclass(frozen=True)
class Entry:
    """Where something is found: ``target`` is ``MODULE:NAME``.

    help: what it is, as a line for people.
    get:  how to come by it where it cannot be imported, as the end of a sentence.
    """

    target: str
    help: str = ""
    get: str = REINSTALL

    def load(self) -> Any:
        """Import it; ImportError where what it needs is not installed."""
        module, name = self.target.split(":")
        return getattr(import_module(module), name)


E = TypeVar("E", bound=Entry)


class NotBuiltError(ImportError):
    """Something of srq's own that cannot be imported, with the way out of just this case.

    get: how to come by it, as the end of a sentence, in place of the entry's.
    """

    def __init__(self, reason: str, get: str) -> None:
        super().__init__(reason)
        self.get = get


class Registry(Mapping[str, E], Generic[E]):
    """Entries by name, in the order in which they were written.

    noun:  what an entry is called in an error ("engine").
    error: the class raised for an unknown name.
    """

    def __init__(
        self, noun: str, entries: Mapping[str, E], error: type[SrqError] = ConfigError
    ) -> None:
        self.noun = noun
        self._entries = dict(entries)
        self._error = error

    def __getitem__(self, name: str) -> E:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, name: str) -> E:
        """The entry called ``name``; raises the registry's error, with the nearest name."""
        if name not in self._entries:
            raise self._error(f"There is no {self.noun} {name!r}; {suggestion(name, self)}")
        return self._entries[name]

    def load(self, name: str) -> Any:
        """What the entry called ``name`` names, imported.

        Raises the registry's error for an unknown name, MissingDependencyError where what it
        needs is not installed.
        """
        entry = self.find(name)
        try:
            return entry.load()
        except ImportError as error:
            raise MissingDependencyError(
                missing(f"The {self.noun} {name!r}", error, entry.get)
            ) from error


def missing(what: str, error: ImportError, get: str) -> str:
    """The sentence for ``what``, which could not be imported."""
    get = way_out(error, get)
    if error.name is None:
        return f"{what} cannot be imported ({error}); {get}."
    return f"{what} needs {error.name}, which is not installed; {get}."


def way_out(error: ImportError, get: str) -> str:
    """How to come by what raised ``error``: as the error knows, or else ``get``."""
    return error.get if isinstance(error, NotBuiltError) else get


def nearest(wanted: object, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is most like ``wanted``; None if none is, up to ``cutoff`` of 1."""
    close = get_close_matches(str(wanted), list(known), n=1, cutoff=cutoff)
    return close[0] if close else None


def suggestion(wanted: object, known: Iterable[str]) -> str:
    """The end of a sentence about the unknown name ``wanted``: the nearest known name, or all."""
    names = list(known)
    close = nearest(wanted, names)
    if close is not None:
        return f"did you mean '{close}'?"
    return f"choose one of {', '.join(names)}."


def refuse_unknown(table: Iterable[str], known: Iterable[str], where: str) -> None:
    """Raise ConfigError, with ``where``, for a key of ``table`` that is not ``known``."""
    known = tuple(known)
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: unknown key '{key}'; {suggestion(key, known)}")
