"""Where the values of a step come from: distributions that take a number in [0, 1) each."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Literal

Value = float | int | str
Shape = Literal["uniform", "log", "square"]


@dataclass(frozen=True)
class Span:
    """The closed interval a recipe asks for; a constant is a span of no width.

    ``shape`` says in what it is uniform: in the number, in its logarithm or in its square.
    """

    low: float
    high: float
    integer: bool
    shape: Shape = "uniform"

    @property
    def varies(self) -> bool:
        """Whether more than one value can be drawn."""
        return self.low < self.high

    def at(self, u: float) -> float | int:
        """The value at ``u`` in [0, 1), over the reals or over the integers."""
        high = self.high + self.integer
        if self.shape == "log":
            number = exp(log(self.low) + u * (log(high) - log(self.low)))
        elif self.shape == "square":
            number = sqrt(self.low**2 + u * (high**2 - self.low**2))
        elif self.integer:
            return int(self.low) + int(u * (self.high - self.low + 1))
        else:
            return self.low + u * (self.high - self.low)
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
