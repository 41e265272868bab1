"""Curation recipes: stages in order, read from TOML."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from srq.datasets.curate.scorers.network import Network
from srq.datasets.curate.scorers.registry import SCORERS
from srq.datasets.curate.scorers.scorer import Scorer
from srq.datasets.curate.stages import (
    WRITING,
    Archive,
    Cut,
    Duplicates,
    MetaInfo,
    Multiscale,
    Names,
    Score,
    Stage,
    Tiles,
    Validation,
    number,
    one_of,
    parse_stage,
    several,
    whole,
    word,
)
from srq.degrade.parse import parse_table
from srq.errors import ConfigError
from srq.files import read_text
from srq.registry import refuse_unknown, suggestion

ACCEPTED = ("16-bit", "animated", "cmyk", "transparent")
"""Kinds of pictures that are rejected unless a recipe accepts them."""

_KEYS = ("description", "accept", "scorer", "stage")
_NETWORK_KEYS = {
    "onnx": word,
    "better": one_of("higher", "lower"),
    "crops": whole(1, 1024),
    "side": whole(8, 4096),
    "mean": several(number()),
    "std": several(number()),
}


@dataclass(frozen=True)
class CurationRecipe:
    """Stages in order, and the networks and stand-ins that they score with.

    ``networks`` are the recipe's own tables; one without a file must be given it. ``given`` says
    what a scorer's name stands for in this run: a built-in scorer, or a network.
    """

    name: str
    description: str
    accept: tuple[str, ...]
    networks: Mapping[str, Network]
    stages: tuple[Stage, ...]
    text: str
    given: Mapping[str, str | Network]

    @staticmethod
    def names() -> tuple[str, ...]:
        """The curation recipes that come with srq, in alphabetical order."""
        folder = resources.files("srq.datasets.curate") / "recipes"
        files = (entry.name for entry in folder.iterdir())
        return tuple(sorted(name[: -len(".toml")] for name in files if name.endswith(".toml")))

    @classmethod
    def load(cls, name: str | Path) -> "CurationRecipe":
        """The shipped recipe called ``name``, or the one in a TOML file at that path.

        Raises ConfigError if there is none, or it does not say what a recipe must.
        """
        path = Path(name)
        if path.suffix == ".toml" or path.name != str(name):
            text = read_text(path, "The curation recipe")
            return cls.parse(text, path.stem, path.parent)
        if str(name) not in cls.names():
            hint = suggestion(str(name), cls.names())
            raise ConfigError(
                f"No curation recipe is called '{name}'; {hint} (A file must end in .toml.)"
            )
        entry = resources.files("srq.datasets.curate") / "recipes" / f"{name}.toml"
        return cls.parse(entry.read_text(encoding="utf-8"), str(name), Path())

    @classmethod
    def parse(cls, text: str, name: str, folder: Path) -> "CurationRecipe":
        """The recipe written in ``text``; files that it names are relative to ``folder``."""
        where = f"Curation recipe '{name}'"
        table = parse_table(text, _KEYS, where)
        description = table.get("description", "")
        if not isinstance(description, str):
            raise ConfigError(f"{where}: 'description' must be text, not {description!r}.")
        accept = table.get("accept", [])
        if accept:
            accept = several(one_of(*ACCEPTED))(accept, f"{where}: 'accept'")
        networks = _networks(table.get("scorer", {}), where, folder)
        entries = table.get("stage")
        if not isinstance(entries, list) or not entries:
            raise ConfigError(f"{where} has no stages; write at least one [[stage]] table.")
        stages = tuple(
            parse_stage(entry, f"{where}, stage {k}") for k, entry in enumerate(entries, 1)
        )
        _check_order(stages, where, {*SCORERS, *networks})
        if not any(isinstance(stage, Names) for stage in stages):
            first = next((k for k, one in enumerate(stages) if isinstance(one, WRITING)), None)
            place = len(stages) if first is None else first
            stages = (*stages[:place], Names("sources"), *stages[place:])
        return cls(name, description, tuple(accept), networks, stages, text, {})

    def give(self, name: str, what: str) -> "CurationRecipe":
        """This recipe with its scorer ``name`` being ``what``: an ONNX file or another scorer.

        Raises ConfigError where the recipe has no such scorer, or there is no such thing.
        """
        used = {one for stage in self.stages if isinstance(stage, Score) for one in stage.by}
        if name not in used:
            hint = suggestion(name, used)
            raise ConfigError(f"Curation recipe '{self.name}' has no scorer '{name}'; {hint}")
        if what.lower().endswith(".onnx"):
            base = self.networks.get(name, Network(name, ""))
            return replace(self, given={**self.given, name: replace(base, path=what)})
        SCORERS.find(what)
        return replace(self, given={**self.given, name: what})

    def scorer(self, name: str) -> Scorer:
        """The scorer that a stage calls ``name``.

        Raises ConfigError for a network whose file was not given.
        """
        what = self.given.get(name) or self.networks.get(name) or name
        if isinstance(what, str):
            return replace(SCORERS.load(what), name=name)
        if not what.path:
            raise ConfigError(
                f"Curation recipe '{self.name}' scores by '{name}', a network that srq does not "
                f"bring; give its file with --scorer {name}=FILE.onnx, or another scorer with "
                f"--scorer {name}=defects."
            )
        return what.scorer()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of all that decides what is kept, in hexadecimal."""
        used = sorted(
            {one for stage in self.stages if isinstance(stage, Score) for one in stage.by}
        )
        scorers = [(name, *self._meant(name)) for name in used]
        return hashlib.sha256(repr((self.accept, self.stages, scorers)).encode()).hexdigest()

    def _meant(self, name: str) -> tuple[str, str, str]:
        """What decides the numbers of a scorer: what it is, its version, and which end is good."""
        scorer = self.scorer(name)
        what = self.given.get(name, name)
        return what if isinstance(what, str) else "", scorer.version, scorer.better


def _networks(table: Any, where: str, folder: Path) -> dict[str, Network]:
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: 'scorer' must be tables such as [scorer.hyperiqa].")
    found: dict[str, Network] = {}
    for name, entry in table.items():
        here = f"{where}, scorer '{name}'"
        if name in SCORERS:
            raise ConfigError(f"{here}: srq has a scorer of this name; choose another.")
        if not isinstance(entry, dict):
            raise ConfigError(f"{here} must be a table, not {entry!r}.")
        refuse_unknown(entry, _NETWORK_KEYS, here)
        values = {key: _NETWORK_KEYS[key](raw, f"{here}: '{key}'") for key, raw in entry.items()}
        file = values.pop("onnx", "")
        network = Network(name, str(folder / file) if file else "", **values)
        if round(network.crops**0.5) ** 2 != network.crops:
            raise ConfigError(f"{here}: 'crops' must be a square number, not {network.crops}.")
        if len(network.mean) != 3 or len(network.std) != 3 or 0 in network.std:
            raise ConfigError(f"{here}: 'mean' and 'std' must be three numbers, 'std' not 0.")
        found[name] = network
    return found


def _check_order(stages: tuple[Stage, ...], where: str, scorers: set[str]) -> None:
    """Refuse a stage that uses what no stage before it gives."""
    scored: set[str] = set()
    cuts: set[str] = set()
    written = False
    for k, stage in enumerate(stages, 1):
        here = f"{where}, stage {k}"
        if isinstance(stage, WRITING):
            written = True
        elif written:
            raise ConfigError(f"{here} chooses pictures after others were written; move it up.")
        if isinstance(stage, Score):
            for name in stage.by:
                if name not in scorers:
                    hint = suggestion(name, scorers)
                    raise ConfigError(f"{here}: there is no scorer {name!r}; {hint}")
            scored.update(stage.by)
        if isinstance(stage, Cut | Duplicates | Names) and stage.by and stage.by not in scored:
            raise ConfigError(
                f"{here}: no stage before it scores these pictures by '{stage.by}'; write a stage "
                'of kind "score", after any that resizes or cuts tiles.'
            )
        if isinstance(stage, Cut):
            if stage.name in cuts:
                raise ConfigError(f"{here}: another cut is called '{stage.name}' already.")
            cuts.update([stage.name] if stage.name else [])
        if isinstance(stage, Multiscale | Tiles):
            scored.clear()
        if isinstance(stage, Validation) and stage.of not in cuts:
            raise ConfigError(f"{here}: no cut is named '{stage.of}'; write its name at the cut.")
    for kind in (Multiscale, Tiles, Names, Validation, MetaInfo, Archive):
        if sum(isinstance(stage, kind) for stage in stages) > 1:
            raise ConfigError(f"{where} has two stages of a kind that may stand once only.")
    order = [type(stage) for stage in stages]
    if Tiles in order and Multiscale in order and order.index(Tiles) < order.index(Multiscale):
        raise ConfigError(f"{where}: 'multiscale' must stand before 'tiles'.")
    if Archive in order and order[-1] is not Archive:
        raise ConfigError(f"{where}: 'archive' must be the last stage.")
