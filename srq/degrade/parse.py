"""From the TOML text of a recipe to its nodes."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from srq.degrade.distributions import Distribution
from srq.degrade.graph import Chain, Fork, Node, OneOf, Shuffle, Step, paths, steps_on
from srq.degrade.parameters import weights_of
from srq.degrade.registry import find
from srq.errors import ConfigError
from srq.registry import refuse_unknown, suggestion

_STEP_KEYS = ("kind", "probability")  # and a degradation's parameters
_GROUPS = {
    "fork": ("fork", "share"),
    "one_of": ("one_of", "weights", "probability"),
    "shuffle": ("shuffle", "probability"),
}
# Names of branches are parts of file names.
_NAME = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9._+-]*")


def parse_table(text: str, known: Sequence[str], where: str) -> dict[str, Any]:
    """The TOML table written in ``text``; raises ConfigError for a key that is not ``known``."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not valid TOML: {error}.") from None
    refuse_unknown(table, known, where)
    return table


def parse_word(table: Mapping[str, Any], key: str, words: tuple[str, str], where: str) -> Any:
    """The word under ``key``, one of two, of which the first is meant where none is written."""
    word = table.get(key, words[0])
    if word not in words:
        one, other = sorted(words)
        raise ConfigError(f'{where}: \'{key}\' must be "{one}" or "{other}", not {word!r}.')
    return word


def parse_steps(table: Mapping[str, Any], where: str) -> Chain:
    """The nodes under ``step``; raises ConfigError, with ``where``, for what is no recipe."""
    entries = table.get("step")
    if not isinstance(entries, list) or not entries:
        raise ConfigError(f"{where} has no steps; write at least one [[step]] table.")
    chain = _Parser(_parts(table.get("parts", {}), where)).chain(entries, where)
    for path in paths(chain):
        on = [step for step, _ in steps_on(chain, path)]
        if sum(step.degradation.downscales for step in on) > 1:
            raise ConfigError(f"{where} downscales more than once; keep one step that does.")
    return chain


class _Parser:
    """Reads the nodes of one branch, and counts how often each kind has come in it."""

    def __init__(
        self,
        parts: Mapping[str, Any],
        counts: Mapping[str, int] | None = None,
        *,
        forks: bool = True,
        using: tuple[str, ...] = (),
    ) -> None:
        self.parts = parts
        self.counts = Counter(counts)
        self.forks = forks
        self.using = using

    def chain(self, entries: Any, where: str) -> Chain:
        nodes, _ = self.nodes(entries, where)
        return tuple(nodes)

    def nodes(self, entries: Any, where: str) -> tuple[list[Node], int]:
        """The nodes, and the number of the first that a fork behind them would draw anew."""
        if not isinstance(entries, list):
            raise ConfigError(f"{where} must be a list of steps, not {entries!r}.")
        nodes: list[Node] = []
        anew = 0  # where the steps begin that a fork without sharing draws anew
        for number, entry in enumerate(entries, 1):
            here = f"{where}, step {number}"
            if not isinstance(entry, dict):
                raise ConfigError(f"{here} must be a [[step]] table, not {entry!r}.")
            if "use" in entry:
                used, start = self.part(entry, here)
                anew = len(nodes) + start if start else anew
                nodes += used
                continue
            node = self.node(entry, here)
            if isinstance(node, Fork):
                if not entry.get("share", True):
                    prefix = tuple(nodes[anew:])
                    del nodes[anew:]
                    node = Fork({name: prefix + rest for name, rest in node.branches.items()})
                anew = len(nodes) + 1
            nodes.append(node)
        return nodes, anew

    def part(self, entry: dict[str, Any], where: str) -> tuple[list[Node], int]:
        """The nodes that stand under a name in ``[parts]``."""
        refuse_unknown(entry, ("use", "probability"), where)
        probability = _probability(entry, where)
        name = entry["use"]
        if not isinstance(name, str) or name not in self.parts:
            known = suggestion(name, self.parts) if self.parts else "write [parts]."
            raise ConfigError(f"{where}: [parts] has no {name!r}; {known}")
        if name in self.using:
            raise ConfigError(f"{where}: the part '{name}' uses itself.")
        if probability < 1:  # A group of its own, whose chance is one for all.
            parser = self.inner()
            parser.using = (*self.using, name)
            item = parser.chain(self.parts[name], f"{where} ({name})")
            return [Shuffle((item,), probability, self.count("shuffle"))], 0
        using = self.using
        self.using = (*using, name)
        found = self.nodes(self.parts[name], f"{where} ({name})")
        self.using = using
        return found

    def inner(self, counts: Mapping[str, int] | None = None, *, forks: bool = False) -> "_Parser":
        """The parser of a branch."""
        return _Parser(self.parts, counts, forks=forks, using=self.using)

    def node(self, entry: dict[str, Any], where: str) -> Node:
        kinds = [key for key in ("kind", *_GROUPS) if key in entry]
        if len(kinds) > 1:
            raise ConfigError(f"{where} has both '{kinds[0]}' and '{kinds[1]}'; write one of them.")
        if not kinds or kinds == ["kind"]:
            return self.step(entry, where)
        (kind,) = kinds
        refuse_unknown(entry, _GROUPS[kind], where)
        where = f"{where} ({kind})"
        if kind == "fork":
            return self.fork(entry, where)
        probability = _probability(entry, where)
        occurrence = self.count(kind)
        if kind == "one_of":
            branches = {
                name: self.inner().chain(steps, f"{where}, {name}")
                for name, steps in _branches(entry[kind], where).items()
            }
            weights = _weights(entry.get("weights", {}), branches, where)
            return OneOf(branches, weights, probability, occurrence)
        return Shuffle(self.shuffled(entry[kind], where), probability, occurrence)

    def shuffled(self, entries: Any, where: str) -> tuple[Chain, ...]:
        if not isinstance(entries, list) or not entries:
            raise ConfigError(f"{where} must be a list of steps, not {entries!r}.")
        # One parser for all: it counts the kinds over all items.
        parser = self.inner()
        return tuple(
            parser.chain(entry if isinstance(entry, list) else [entry], f"{where}, item {number}")
            for number, entry in enumerate(entries, 1)
        )

    def fork(self, entry: dict[str, Any], where: str) -> Fork:
        if not self.forks:
            raise ConfigError(
                f"{where}: a fork cannot stand in one_of or shuffle, for a recipe's outputs must "
                "not depend on chance."
            )
        share = entry.get("share", True)
        if not isinstance(share, bool):
            raise ConfigError(f"{where}: 'share' must be true or false, not {share!r}.")
        # A branch that draws the steps before it anew holds them too, so it counts them.
        counts = None if share else self.counts
        return Fork(
            {
                name: self.inner(counts, forks=True).chain(steps, f"{where}, {name}")
                for name, steps in _branches(entry["fork"], where).items()
            }
        )

    def step(self, entry: dict[str, Any], where: str) -> Step:
        if "kind" not in entry:
            refuse_unknown(entry, _STEP_KEYS, where)
        degradation = find(entry.get("kind"), where)
        where = f"{where} ({degradation.kind})"
        parameters = {parameter.name: parameter for parameter in degradation.parameters}
        refuse_unknown(entry, (*_STEP_KEYS, *parameters), where)
        probability = _probability(entry, where)
        if degradation.downscales and probability != 1:
            raise ConfigError(f"{where}: a step that downscales must have probability 1.")
        distributions: dict[str, Distribution] = {}
        for name, parameter in parameters.items():
            raw = entry.get(name, parameter.default)
            if raw is None:
                raise ConfigError(f"{where}: '{name}' is missing; write a value for it.")
            distributions[name] = parameter.parse(raw, where)
        return Step(degradation, probability, distributions, self.count(degradation.kind))

    def count(self, kind: str) -> int:
        self.counts[kind] += 1
        return self.counts[kind] - 1


def _parts(raw: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise ConfigError(f"{where}: 'parts' must be a table of lists of steps, not {raw!r}.")
    return raw


def _branches(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict) or not raw:
        raise ConfigError(f"{where} must be a table of branches, each a list, not {raw!r}.")
    for name in raw:
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"{where}: a branch cannot be called {name!r}; use letters, digits, '_', '+', '-' "
                "and '.'."
            )
    return raw


def _weights(raw: Any, branches: Mapping[str, Chain], where: str) -> tuple[float, ...]:
    if not isinstance(raw, dict):
        raise ConfigError(f"{where}: 'weights' must be a table of numbers, not {raw!r}.")
    refuse_unknown(raw, tuple(branches), f"{where}, weights")
    return weights_of([raw.get(name, 1) for name in branches], len(branches), where)


def _probability(entry: Mapping[str, Any], where: str) -> float:
    probability = entry.get("probability", 1.0)
    if isinstance(probability, bool) or not isinstance(probability, int | float):
        raise ConfigError(f"{where}: 'probability' must be a number, not {probability!r}.")
    if not 0 <= probability <= 1:
        raise ConfigError(f"{where}: 'probability' must lie in 0 to 1, not {probability!r}.")
    return float(probability)
