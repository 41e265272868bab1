"""The values of a graph in the making: what each can be, exactly, and how deep it lies."""

from collections.abc import Sequence

from srq.adders.graph import Adder, Range, Term, bits_of


class Values:
    """Inputs, constants and adders as they come, numbered.

    Every value is a weighted sum of inputs, which are independent of one another, so its range
    is known exactly and not only bounded.
    """

    def __init__(self, inputs: Sequence[Range], constants: Sequence[int]) -> None:
        self.inputs = tuple((int(lo), int(hi)) for lo, hi in inputs)
        self.constants = tuple(constants)
        self.adders: list[Adder] = []
        fixed = [(constant, constant) for constant in self.constants]
        self.ranges: list[Range] = [*self.inputs, *fixed]
        self.depths = [0] * len(self.ranges)
        # How much of each input, and of each constant, is in a value.
        self._parts: list[dict[int, int]] = [{value: 1} for value in range(len(self.ranges))]

    def add(self, terms: Sequence[Term]) -> int:
        """Make an adder; the number of its value."""
        parts: dict[int, int] = {}
        for term in terms:
            factor = (-1 if term.negative else 1) << term.shift
            for leaf, share in self._parts[term.value].items():
                parts[leaf] = parts.get(leaf, 0) + factor * share
        total = self._range(parts)
        ranges = [self.ranges[term.value] for term in terms]
        depth = 1 + max(self.depths[term.value] for term in terms)
        self.adders.append(Adder(tuple(terms), *total, depth, bits_of(terms, ranges, total)))
        self.ranges.append(total)
        self.depths.append(depth)
        self._parts.append(parts)
        return len(self.ranges) - 1

    def estimate(self, terms: Sequence[Term]) -> int:
        """The bits that an adder of ``terms`` would take, at most."""
        ranges = [self.ranges[term.value] for term in terms]
        lo = hi = 0
        for term, (least, most) in zip(terms, ranges, strict=True):
            if term.negative:
                least, most = -most, -least
            lo += least << term.shift
            hi += most << term.shift
        return bits_of(terms, ranges, (lo, hi))

    def _range(self, parts: dict[int, int]) -> Range:
        lo = hi = 0
        for leaf, share in parts.items():
            least, most = self.ranges[leaf]
            if share < 0:
                least, most = most, least
            lo += share * least
            hi += share * most
        return lo, hi
