"""The graph: additions of shifted values, in order, and what they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Range = tuple[int, int]
"""The least and the greatest integer that something can be."""


@dataclass(frozen=True)
class Term:
    """An operand: a value times 2^shift, taken away where ``negative``.

    value: the number of the value, in the graph's order; shift: 0 or more.
    """

    value: int
    shift: int = 0
    negative: bool = False


@dataclass(frozen=True)
class Adder:
    """The sum of its terms.

    terms:  2, or 3 in a graph with ternary adders; 1 only if that is taken away. One has shift
            0. One is added, unless an output has none that is.
    lo, hi: what the sum can be, exactly.
    depth:  how many adders there are on the longest path to it, itself among them.
    bits:   the full adders it takes: the bits of its result, less low ones that only one term
            has and that pass straight through. 0 where the terms have no bit in common.
    """

    terms: tuple[Term, ...]
    lo: int
    hi: int
    depth: int
    bits: int

    @property
    def width(self) -> int:
        """The bits of its result (see ``width_of``)."""
        return width_of((self.lo, self.hi))


@dataclass(frozen=True)
class AdderGraph:
    """Sums of shifted inputs and constants.

    Values are numbered: first the inputs, then ``constants``, then ``adders``, each of which
    reads only values before it.

    inputs:    the range of every input.
    constants: odd positive integers that terms refer to.
    adders:    in order.
    outputs:   the term of every output, never a negative one; None where it is always 0.
    """

    inputs: tuple[Range, ...]
    constants: tuple[int, ...]
    adders: tuple[Adder, ...]
    outputs: tuple[Term | None, ...]

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        """The range of every value, by its number."""
        return (
            *self.inputs,
            *((constant, constant) for constant in self.constants),
            *((adder.lo, adder.hi) for adder in self.adders),
        )

    @property
    def first_adder(self) -> int:
        """The number of the first adder's value."""
        return len(self.inputs) + len(self.constants)

    @property
    def bits(self) -> int:
        """The full adders of all adders: what a constant datapath takes, before any rounding."""
        return sum(adder.bits for adder in self.adders)

    @property
    def depth(self) -> int:
        """The adders on the longest path."""
        return max((adder.depth for adder in self.adders), default=0)

    def output_range(self, output: int) -> Range:
        """What an output can be."""
        term = self.outputs[output]
        if term is None:
            return 0, 0
        lo, hi = self.ranges[term.value]
        return lo << term.shift, hi << term.shift

    def evaluate(self, inputs: ArrayLike) -> NDArray[np.int64]:
        """The outputs, int64 (outputs, ...), for integers (inputs, ...); every sum fits int64."""
        given = np.asarray(inputs, dtype=np.int64)
        values = [*given, *(np.full_like(given[0], constant) for constant in self.constants)]
        for adder in self.adders:
            total = np.zeros_like(given[0])
            for term in adder.terms:
                moved = values[term.value] << term.shift
                total = total - moved if term.negative else total + moved
            values.append(total)
        found = [
            np.zeros_like(given[0]) if term is None else values[term.value] << term.shift
            for term in self.outputs
        ]
        return np.stack(found) if found else np.zeros((0, *given.shape[1:]), dtype=np.int64)

    def fused(self) -> "AdderGraph":
        """The same sums with adders of three operands, each of which takes the place of two.

        An adder with one reader goes into it, and the choice saves the most bits. Xilinx has
        such an adder in one LUT a bit; elsewhere it is no gain.
        """
        from srq.adders.fusion import fuse

        return fuse(self)


def width_of(limits: Range) -> int:
    """The bits of a range: two's complement where it goes below zero, else without a sign."""
    lo, hi = limits
    if lo >= 0:
        return hi.bit_length()
    return max((-lo - 1).bit_length(), hi.bit_length()) + 1


def bits_of(terms: Sequence[Term], ranges: Sequence[Range], total: Range) -> int:
    """The full adders that summing ``terms`` takes; ``ranges`` are their values', in order."""
    ordered = sorted(zip(terms, ranges, strict=True), key=lambda pair: pair[0].shift)
    lowest, limits = ordered[0]
    if len(ordered) == 1 or lowest.negative:
        return width_of(total)
    passed = ordered[1][0].shift
    lo, hi = limits
    if lo >= 0 and hi >> passed == 0 and len(ordered) == 2 and not ordered[1][0].negative:
        return 0  # one stands beside the other
    return width_of(total) - passed
