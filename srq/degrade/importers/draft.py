"""A recipe being put together: its steps, what is to be said of it, and what cannot be done."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from srq.errors import ConfigError

Entry = dict[str, Any]
"""A step as a recipe writes it."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass
class Draft:
    """What an importer has found so far in the file called ``name``, a configuration of ``tool``.

    What cannot be done is refused, or, with ``leave_out``, left out.
    """

    name: str
    tool: str
    leave_out: bool = False
    notes: list[str] = field(default_factory=list[str])
    impossible: list[str] = field(default_factory=list[str])

    def note(self, sentence: str) -> None:
        """Say something of the recipe, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def refuse(self, what: str) -> None:
        """Remember something that srq cannot do."""
        if what not in self.impossible:
            self.impossible.append(what)

    def text(self, steps: Sequence[Entry]) -> str:
        """The recipe's TOML; ConfigError if something cannot be done, or there is no step."""
        if self.impossible and not self.leave_out:
            raise ConfigError(
                f"{self.name} asks for what srq cannot do: {'; '.join(self.impossible)} "
                "(srq data recipe --leave-out makes a recipe without it)."
            )
        if not steps:
            raise ConfigError(f"{self.name} has no degradation that does anything.")
        lines = [f"# Read from {self.name}, a configuration of {self.tool}."]
        left_out = [f"Left out, for srq cannot do it: {'; '.join(self.impossible)}."]
        for sentence in [*self.notes, *(left_out if self.impossible else [])]:
            lines += wrap(sentence, 98, initial_indent="# ", subsequent_indent="# ")
        lines += [f"description = {json.dumps(f'{self.tool}: {self.name}')}", 'exact = "seed"']
        for step in steps:
            lines += ["", "[[step]]", *(f"{_key(key)} = {_value(step[key], 0)}" for key in step)]
        return "\n".join(lines) + "\n"


def one_of(branches: Sequence[tuple[str, list[Entry]]]) -> Entry:
    """The step that draws one of the branches, each as often as it is listed."""
    counts = Counter(name for name, _ in branches)
    entry: Entry = {"one_of": dict(branches)}
    if set(counts.values()) != {1}:
        entry["weights"] = dict(counts)
    return entry


def often(entry: Entry, probability: float) -> Entry:
    """``entry``, happening with this probability, which must not be written in it yet."""
    return entry if probability >= 1 else {"probability": probability, **entry}


def spread(values: Iterable[float]) -> Any:
    """How a recipe writes that one of ``values`` is drawn, each as often as it comes."""
    counts = Counter(values)
    if len(counts) == 1:
        return next(iter(counts))
    table: Entry = {"values": list(counts)}
    if len(set(counts.values())) > 1:
        table["weights"] = list(counts.values())
    return table


def _value(value: Any, depth: int) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(value[key], depth)}" for key in value)
        return f"{{ {inside} }}"
    if isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        # In an inline table, lines may end only inside of lists.
        indent = "  " * (depth + 1)
        items = "".join(f"{indent}{_value(each, depth + 1)},\n" for each in value)
        return f"[\n{items}{'  ' * depth}]"
    if isinstance(value, list):
        return f"[{', '.join(_value(each, depth) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
