"""The stages that a curation recipe may have, and how each is written in TOML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from srq.errors import ConfigError
from srq.registry import refuse_unknown, suggestion


@dataclass(frozen=True)
class Score:
    """Measures every picture that is left by each scorer of ``by``."""

    by: tuple[str, ...]


@dataclass(frozen=True)
class Cut:
    """Keeps the best by one score: a number or share of them, or those up to a limit.

    ``each`` and ``quotas`` count for sub-folders by themselves. ``name`` is for a validation
    stage, which takes pictures that came next.
    """

    by: str
    count: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    each: int | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class Duplicates:
    """Drops pictures whose perceptual hash is within ``distance`` bits of a better one's."""

    distance: int = 4
    by: str = ""


@dataclass(frozen=True)
class Multiscale:
    """Adds each picture at several scales, and with its shortest edge at a length."""

    scales: tuple[float, ...]
    shortest_edge: int | None = None


@dataclass(frozen=True)
class Tiles:
    """Cuts pictures into squares that may overlap, the last one flush with the border."""

    size: int
    step: int


@dataclass(frozen=True)
class Names:
    """Writes the pictures that are left: numbered in the order of ``by``, or as the sources."""

    style: Literal["numbers", "sources"] = "numbers"
    by: str = ""


@dataclass(frozen=True)
class Validation:
    """Writes ``count`` whole pictures of the ``next`` that the cut ``of`` did not keep.

    ``ranks`` counts from 1 among these; unless written, they are spread evenly.
    """

    of: str
    count: int = 4
    next: int = 100
    scales: tuple[int, ...] = (2, 4)
    ranks: tuple[int, ...] = ()


@dataclass(frozen=True)
class MetaInfo:
    """Writes ``meta_info.txt`` as BasicSR reads it, and a list of ``scores``."""

    scores: bool = True


@dataclass(frozen=True)
class Archive:
    """Packs what was written into one file with checksums."""

    format: Literal["zip", "tar"] = "zip"


Stage = Score | Cut | Duplicates | Multiscale | Tiles | Names | Validation | MetaInfo | Archive
WRITING = (Names, Validation, MetaInfo, Archive)


def parse_stage(entry: Any, where: str) -> Stage:
    """The stage in a [[stage]] table; raises ConfigError, with ``where``, if it is none."""
    if not isinstance(entry, dict):
        raise ConfigError(f"{where} must be a [[stage]] table, not {entry!r}.")
    kind = entry.get("kind")
    if kind not in _KINDS:
        raise ConfigError(f"{where}: no stage is called {kind!r}; {suggestion(kind, _KINDS)}")
    where = f"{where} ({kind})"
    build, keys = _KINDS[kind]
    refuse_unknown((key for key in entry if key != "kind"), keys, where)
    values = {
        keys[key].attribute or key: keys[key].read(raw, f"{where}: '{key}'")
        for key, raw in entry.items()
        if key != "kind"
    }
    for key, found in keys.items():
        if found.required and key not in entry:
            raise ConfigError(f"{where}: '{key}' is missing; write a value for it.")
    stage = build(**values)
    _check(stage, where)
    return stage


def _check(stage: Stage, where: str) -> None:
    if isinstance(stage, Cut):
        ways = (stage.count, stage.share, stage.low, stage.high, stage.each)
        if all(way is None for way in ways) and not stage.quotas:
            raise ConfigError(
                f"{where} keeps everything; write count, share, min, max, each or quotas."
            )
        if sum(way is not None for way in (stage.count, stage.share, stage.each)) > 1:
            raise ConfigError(f"{where}: write only one of count, share and each.")
        if stage.quotas and (stage.count is not None or stage.share is not None):
            raise ConfigError(f"{where}: write quotas, or count or share, not both.")
    if isinstance(stage, Validation):
        different = len(set(stage.ranks)) == len(stage.ranks)
        if not different or max(stage.ranks, default=0) > stage.next:
            raise ConfigError(f"{where}: 'ranks' must be different numbers up to {stage.next}.")


@dataclass(frozen=True)
class _Key:
    """How a key is read: ``read(raw, where)`` gives the value or raises ConfigError."""

    read: Callable[[Any, str], Any]
    required: bool = False
    attribute: str = ""


def whole(low: int, high: int = 10**9) -> Callable[[Any, str], int]:
    """A reader of whole numbers from ``low`` to ``high``."""

    def read(raw: Any, where: str) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            raise ConfigError(f"{where} must be a whole number of {low} to {high}, not {raw!r}.")
        return raw

    return read


def number(low: float = float("-inf"), high: float = float("inf")) -> Callable[[Any, str], float]:
    """A reader of numbers from ``low`` to ``high``."""

    def read(raw: Any, where: str) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not low <= raw <= high:
            bounds = "" if low == float("-inf") else f" of {low:g} to {high:g}"
            raise ConfigError(f"{where} must be a number{bounds}, not {raw!r}.")
        return float(raw)

    return read


def word(raw: Any, where: str) -> str:
    """Reads a word that is not empty."""
    if not isinstance(raw, str) or not raw:
        raise ConfigError(f"{where} must be a word, not {raw!r}.")
    return raw


def one_of(*words: str) -> Callable[[Any, str], str]:
    """A reader of one of ``words``."""

    def read(raw: Any, where: str) -> str:
        if raw not in words:
            raise ConfigError(f"{where} cannot be {raw!r}; {suggestion(raw, words)}")
        return raw

    return read


def several(read_one: Callable[[Any, str], Any]) -> Callable[[Any, str], tuple[Any, ...]]:
    """A reader of one value or a list of them."""

    def read(raw: Any, where: str) -> tuple[Any, ...]:
        values: Sequence[Any] = raw if isinstance(raw, list) else [raw]
        if not values:
            raise ConfigError(f"{where} is an empty list; write at least one value.")
        return tuple(read_one(value, where) for value in values)

    return read


def _quotas(raw: Any, where: str) -> dict[str, int]:
    if not isinstance(raw, dict) or not raw:
        raise ConfigError(f"{where} must be a table of sub-folders and counts, not {raw!r}.")
    count = whole(0)
    return {key.strip("/"): count(value, f"{where}, {key!r}") for key, value in raw.items()}


def _switch(raw: Any, where: str) -> bool:
    if not isinstance(raw, bool):
        raise ConfigError(f"{where} must be true or false, not {raw!r}.")
    return raw


_KINDS: dict[Any, tuple[Callable[..., Stage], dict[str, _Key]]] = {
    "score": (Score, {"by": _Key(several(word), required=True)}),
    "cut": (
        Cut,
        {
            "by": _Key(word, required=True),
            "count": _Key(whole(1)),
            "share": _Key(number(0, 1)),
            "min": _Key(number(), attribute="low"),
            "max": _Key(number(), attribute="high"),
            "each": _Key(whole(1)),
            "quotas": _Key(_quotas),
            "name": _Key(word),
        },
    ),
    "duplicates": (Duplicates, {"distance": _Key(whole(0, 16)), "by": _Key(word)}),
    "multiscale": (
        Multiscale,
        {
            "scales": _Key(several(number(0.01, 1)), required=True),
            "shortest_edge": _Key(whole(1)),
        },
    ),
    "tiles": (
        Tiles,
        {"size": _Key(whole(1), required=True), "step": _Key(whole(1), required=True)},
    ),
    "names": (Names, {"style": _Key(one_of("numbers", "sources")), "by": _Key(word)}),
    "validation": (
        Validation,
        {
            "of": _Key(word, required=True),
            "count": _Key(whole(1)),
            "next": _Key(whole(1)),
            "scales": _Key(several(whole(2, 64))),
            "ranks": _Key(several(whole(1))),
        },
    ),
    "meta_info": (MetaInfo, {"scores": _Key(_switch)}),
    "archive": (Archive, {"format": _Key(one_of("zip", "tar"))}),
}
