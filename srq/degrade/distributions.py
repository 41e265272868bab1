"""Where the values of a step come from: distributions that take a number in [0, 1) each."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log
from statistics import NormalDist

Value = float | int | str


@dataclass(frozen=True)
class Span:
    """The closed interval a recipe asks for; a constant is a span of no width.

    It is uniform in the number's ``power``; for a power of 0 in its logarithm.
    """

    low: float
    high: float
    integer: bool
    power: float = 1

    @property
    def varies(self) -> bool:
        """Whether more than one value can be drawn."""
        return self.low < self.high

    def at(self, u: float) -> float | int:
        """The value at ``u`` in [0, 1), over the reals or over the integers."""
        if self.power == 1 and self.integer:
            return int(self.low) + int(u * (self.high - self.low + 1))
        if self.power == 1:
            return self.low + u * (self.high - self.low)
        high = self.high + self.integer
        if self.power == 0:
            number = exp(log(self.low) + u * (log(high) - log(self.low)))
        else:
            low = self.low**self.power
            number = (low + u * (high**self.power - low)) ** (1 / self.power)
        number = min(max(number, self.low), self.high)
        return int(number) if self.integer else number


@dataclass(frozen=True)
class Bell:
    """The normal distribution, within an interval."""

    mean: float
    deviation: float
    low: float
    high: float
    integer: bool

    @property
    def varies(self) -> bool:
        """Whether more than one value can be drawn."""
        return self.low < self.high

    def at(self, u: float) -> float | int:
        """The value at ``u`` in [0, 1); whole numbers are rounded."""
        normal = NormalDist(self.mean, self.deviation)
        low, high = normal.cdf(self.low), normal.cdf(self.high)
        share = min(max(low + u * (high - low), 1e-16), 1 - 1e-16)
        number = min(max(normal.inv_cdf(share), self.low), self.high)
        return round(number) if self.integer else number


@dataclass(frozen=True)
class Options:
    """The words, or the numbers, a recipe asks for; ``weights`` are equal where there are none."""

    words: tuple[Value, ...]
    weights: tuple[float, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether more than one can be drawn."""
        return len(self.words) > 1

    def at(self, u: float) -> Value:
        """The one at ``u`` in [0, 1)."""
        if not self.weights:
            return self.words[int(u * len(self.words))]
        sums = list(accumulate(self.weights))
        return self.words[bisect_right(sums, u * sums[-1])]


Distribution = Span | Bell | Options
"""What a recipe writes for a parameter."""
