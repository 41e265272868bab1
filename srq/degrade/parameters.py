"""What a degradation's parameters may be in a recipe, and how a value is drawn from them."""

from dataclasses import dataclass
from typing import Any

from srq.errors import ConfigError
from srq.registry import suggestion

Value = float | int | str


@dataclass(frozen=True)
class Span:
    """The closed interval a recipe asks for; a constant is a span of no width."""

    low: float
    high: float
    integer: bool

    @property
    def varies(self) -> bool:
        """Whether more than one value can be drawn."""
        return self.low < self.high

    def at(self, u: float) -> float | int:
        """The value at ``u`` in [0, 1): uniform over the reals or over the integers."""
        if self.integer:
            return int(self.low) + int(u * (self.high - self.low + 1))
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True)
class Options:
    """The words a recipe asks for, each equally likely; a constant is a single word."""

    words: tuple[str, ...]

    @property
    def varies(self) -> bool:
        """Whether more than one word can be drawn."""
        return len(self.words) > 1

    def at(self, u: float) -> str:
        """The word at ``u`` in [0, 1)."""
        return self.words[int(u * len(self.words))]


@dataclass(frozen=True)
class Number:
    """A numeric parameter: a recipe writes one number or ``[low, high]``, drawn uniformly.

    ``low`` and ``high`` bound what a recipe may ask for. A parameter without ``default``
    must be written.
    """

    name: str
    low: float
    high: float
    integer: bool = False
    default: float | None = None

    def parse(self, raw: Any, where: str) -> Span:
        """The span written as ``raw``; raises ConfigError, with ``where``, if it is none."""
        ends = raw if isinstance(raw, list) else [raw, raw]
        if len(ends) != 2 or not all(self._is_number(end) for end in ends):
            kind = "a whole number" if self.integer else "a number"
            raise ConfigError(f"{where}: '{self.name}' must be {kind} or [low, high], not {raw!r}.")
        low, high = ends
        if low > high:
            raise ConfigError(
                f"{where}: '{self.name}' is [{low}, {high}]; write the smaller number first."
            )
        if not self.low <= low <= high <= self.high:
            raise ConfigError(
                f"{where}: '{self.name}' must lie in {self.low:g} to {self.high:g}, not {raw!r}."
            )
        return Span(float(low), float(high), self.integer)

    def _is_number(self, raw: Any) -> bool:
        allowed = int if self.integer else (int, float)
        return isinstance(raw, allowed) and not isinstance(raw, bool)


@dataclass(frozen=True)
class Choice:
    """A parameter that is a word: a recipe writes one, or a list to draw from evenly."""

    name: str
    options: tuple[str, ...]
    default: str | None = None

    def parse(self, raw: Any, where: str) -> Options:
        """The words written as ``raw``; raises ConfigError, with ``where``, if one is unknown."""
        words: list[Any] = raw if isinstance(raw, list) and raw else [raw]
        for word in words:
            if not isinstance(word, str):
                raise ConfigError(f"{where}: '{self.name}' must be a word, not {word!r}.")
            if word not in self.options:
                hint = suggestion(word, self.options)
                raise ConfigError(f"{where}: '{self.name}' cannot be '{word}'; {hint}")
        return Options(tuple(words))


Parameter = Number | Choice
Distribution = Span | Options
"""What a recipe writes for a parameter: where its value is drawn from, evenly."""
