"""Where the registers of an adder graph stand: the stage of every sum.

An adder has a level, one more than the highest of what it reads at the least, and ``every`` levels
make a stage. A value that is read in a later stage waits in registers, so levels are moved within
the freedom that they have to where the fewest bits wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from srq.adders import AdderGraph
from srq.adders.graph import width_of

_SWEEPS = 20


@dataclass(frozen=True)
class Pipeline:
    """The stages of a graph's values, from 1 up.

    stages: in which each value is made; of inputs and constants the first, where they come.
    last:   in which each is read last; its delay is the difference. An output's sum is read by
            the requantization in the stage that follows.
    depth:  the stages of adders; requantizing is one more.
    """

    stages: tuple[int, ...]
    last: tuple[int, ...]
    depth: int

    @property
    def latency(self) -> int:
        """The registers from an input to a requantized output."""
        return self.depth + 1


def pipeline_of(graph: AdderGraph, every: int, out_bits: int) -> Pipeline:
    """The pipeline with registers behind every ``every`` levels of adders.

    out_bits: the width of a requantized output, which waits where its sum is made early.
    """
    early = [adder.depth for adder in graph.adders]
    late = _latest(graph)
    plans = [_Levels(graph, levels, every, out_bits) for levels in (early, late)]
    for plan in plans:
        plan.settle()
    best = min(plans, key=lambda plan: plan.bits)
    return Pipeline(tuple(best.stages), tuple(best.last), best.depth)


def _latest(graph: AdderGraph) -> list[int]:
    """The highest level that each adder may have."""
    late = [graph.depth] * len(graph.adders)
    base = graph.first_adder
    for index in reversed(range(len(graph.adders))):
        for term in graph.adders[index].terms:
            if term.value >= base:
                late[term.value - base] = min(late[term.value - base], late[index] - 1)
    return late


class _Levels:
    """Levels of adders on their way to fewer bits of registers."""

    def __init__(self, graph: AdderGraph, levels: Sequence[int], every: int, out_bits: int) -> None:
        self._graph = graph
        self._base = graph.first_adder
        self._every = every
        self._out_bits = out_bits
        self._levels = [0] * self._base + list(levels)
        self._readers: list[list[int]] = [[] for _ in self._levels]
        for index, adder in enumerate(graph.adders):
            for value in {term.value for term in adder.terms}:
                self._readers[value].append(self._base + index)
        self._outputs = [0] * len(self._levels)
        for term in graph.outputs:
            if term is not None:
                self._outputs[term.value] += 1
        constants = range(len(graph.inputs), self._base)
        self._widths = [
            0 if value in constants else width_of(limits)
            for value, limits in enumerate(graph.ranges)
        ]
        self.depth = max(1, -(-graph.depth // every))

    @property
    def stages(self) -> list[int]:
        """See ``Pipeline``."""
        return [self._stage(level) for level in self._levels]

    @property
    def last(self) -> list[int]:
        """See ``Pipeline``."""
        return [self._last(value) for value in range(len(self._levels))]

    @property
    def bits(self) -> int:
        """The bits that wait."""
        return sum(self._waiting(value) for value in range(len(self._levels)))

    def settle(self) -> None:
        """Move adders, one at a time, while that takes bits away."""
        for _ in range(_SWEEPS):
            moved = [self._move(value) for value in range(self._base, len(self._levels))]
            moved += [self._move(v) for v in reversed(range(self._base, len(self._levels)))]
            if not any(moved):
                return

    def _move(self, value: int) -> bool:
        terms = self._graph.adders[value - self._base].terms
        near = {value, *(term.value for term in terms)}
        lowest = 1 + max(self._levels[term.value] for term in terms)
        highest = min((self._levels[r] - 1 for r in self._readers[value]), default=self._top)
        if lowest == highest:
            return False
        first = self._levels[value]
        best = sum(map(self._waiting, near)), first
        for stage in range(self._stage(lowest), self._stage(highest) + 1):
            self._levels[value] = min(highest, stage * self._every)
            best = min(best, (sum(map(self._waiting, near)), self._levels[value]))
            self._levels[value] = first
        self._levels[value] = best[1]
        return best[1] != first

    @property
    def _top(self) -> int:
        return self._graph.depth

    def _stage(self, level: int) -> int:
        return max(1, -(-level // self._every))

    def _last(self, value: int) -> int:
        stage = self._stage(self._levels[value])
        last = max((self._stage(self._levels[r]) for r in self._readers[value]), default=stage)
        return max(last, stage + 1) if self._outputs[value] else last

    def _waiting(self, value: int) -> int:
        stage = self._stage(self._levels[value])
        waiting = (self._last(value) - stage) * self._widths[value]
        return waiting + self._outputs[value] * (self.depth - stage) * self._out_bits
