"""What a degradation's parameters may be in a recipe."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from srq.degrade.distributions import Bell, Distribution, Options, Span
from srq.errors import ConfigError, SrqError
from srq.registry import refuse_unknown, suggestion


@dataclass(frozen=True)
class Number:
    """A numeric parameter: a recipe writes one number, ``[low, high]``, drawn uniformly, or a
    table of another distribution.

    ``low`` and ``high`` bound what a recipe may ask for. A parameter without ``default``
    must be written. One that was ``added`` to a degradation later is drawn apart, so that recipes
    written before still give the same pictures.
    """

    name: str
    low: float
    high: float
    integer: bool = False
    default: float | None = None
    added: bool = False

    def parse(self, raw: Any, where: str) -> Distribution:
        """The distribution written as ``raw``; ConfigError, with ``where``, if it is none."""
        if isinstance(raw, dict):
            return self._parse_table(raw, where)
        ends = raw if isinstance(raw, list) else [raw, raw]
        if len(ends) != 2 or not all(self._is_number(end) for end in ends):
            kind = "a whole number" if self.integer else "a number"
            raise ConfigError(f"{where}: '{self.name}' must be {kind} or [low, high], not {raw!r}.")
        low, high = ends
        self._check(low, high, raw, where)
        return Span(float(low), float(high), self.integer)

    def _check(self, low: float, high: float, raw: Any, where: str) -> None:
        if low > high:
            raise ConfigError(
                f"{where}: '{self.name}' is [{low}, {high}]; write the smaller number first."
            )
        if not self.low <= low <= high <= self.high:
            raise ConfigError(
                f"{where}: '{self.name}' must lie in {self.low:g} to {self.high:g}, not {raw!r}."
            )

    def _parse_table(self, raw: dict[str, Any], where: str) -> Distribution:
        where_now = f"{where}, '{self.name}'"
        if "values" in raw:
            refuse_unknown(raw, ("values", "weights"), where_now)
            values = raw["values"]
            if not isinstance(values, list) or not values or not all(map(self._is_number, values)):
                raise ConfigError(f"{where_now}: 'values' must be a list of numbers.")
            self._check(min(values), max(values), values, where)
            return Options(tuple(values), weights_of(raw.get("weights"), len(values), where_now))
        if "mean" in raw or "deviation" in raw:
            refuse_unknown(raw, ("mean", "deviation", "low", "high"), where_now)
            mean, deviation = (_real(raw, key, where_now) for key in ("mean", "deviation"))
            low, high = raw.get("low", self.low), raw.get("high", self.high)
            self._check(low, high, [low, high], where)
            if not deviation > 0 or not low <= mean <= high:
                raise ConfigError(
                    f"{where_now}: 'deviation' must be above 0 and 'mean' within {low:g} to "
                    f"{high:g}."
                )
            return Bell(float(mean), float(deviation), float(low), float(high), self.integer)
        refuse_unknown(raw, ("low", "high", "power"), where_now)
        power = _real(raw, "power", where_now) if "power" in raw else 1
        span = self.parse([raw.get("low"), raw.get("high")], where)
        assert isinstance(span, Span)
        least = 0 if power > 0 or span.low > 0 else 1
        if power != 1 and (span.low < least or not -9 <= power <= 9):
            raise ConfigError(f"{where_now}: 'power' {power:g} does not go with low {span.low:g}.")
        return Span(span.low, span.high, self.integer, power)

    def _is_number(self, raw: Any) -> bool:
        allowed = int if self.integer else (int, float)
        return isinstance(raw, allowed) and not isinstance(raw, bool)


@dataclass(frozen=True)
class Choice:
    """A parameter that is a word: a recipe writes one, a list to draw from evenly, or a table
    of weights."""

    name: str
    options: tuple[str, ...]
    default: str | None = None
    added: bool = False

    def parse(self, raw: Any, where: str) -> Options:
        """The words written as ``raw``; raises ConfigError, with ``where``, if one is unknown."""
        weights: tuple[float, ...] = ()
        words: list[Any] = raw if isinstance(raw, list) and raw else [raw]
        if isinstance(raw, dict) and raw:
            words = list(raw)
            weights = weights_of(list(raw.values()), len(raw), f"{where}, '{self.name}'")
        for word in words:
            if not isinstance(word, str):
                raise ConfigError(f"{where}: '{self.name}' must be a word, not {word!r}.")
            if word not in self.options:
                hint = suggestion(word, self.options)
                raise ConfigError(f"{where}: '{self.name}' cannot be '{word}'; {hint}")
        return Options(tuple(words), weights)


@dataclass(frozen=True)
class Text:
    """A parameter that names something: a recipe writes one name, or a list to draw from evenly.

    ``what`` says of what, for docs; ``check`` raises an SrqError for a name of nothing.
    """

    name: str
    what: str
    default: str | None = None
    check: Callable[[str], object] | None = None
    added: bool = False

    def parse(self, raw: Any, where: str) -> Options:
        """The names written as ``raw``; raises ConfigError, with ``where``, if one is no name."""
        words: list[Any] = raw if isinstance(raw, list) and raw else [raw]
        for word in words:
            if not isinstance(word, str):
                raise ConfigError(f"{where}: '{self.name}' must be a name, not {word!r}.")
            try:
                if self.check is not None:
                    self.check(word)
            except SrqError as error:
                raise ConfigError(f"{where}: {error}") from None
        return Options(tuple(words))


Parameter = Number | Choice | Text


def weights_of(raw: Any, count: int, where: str) -> tuple[float, ...]:
    """The ``count`` weights written as ``raw``; none where none are written.

    Raises ConfigError, with ``where``, if they are no weights.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list) or len(raw) != count:
        raise ConfigError(f"{where}: 'weights' must be a list of {count} numbers, not {raw!r}.")
    for weight in raw:
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < inf:
            raise ConfigError(f"{where}: a weight must be a number from 0 on, not {weight!r}.")
    if not sum(raw) > 0:
        raise ConfigError(f"{where}: one of the weights must be above 0.")
    return tuple(raw)


def _real(raw: Mapping[str, Any], key: str, where: str) -> float:
    number = raw.get(key)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ConfigError(f"{where}: '{key}' must be a number, not {number!r}.")
    return number
