"""Common subexpressions: pairs of terms that several sums need, made once.

An output is a sum of signed, shifted values; at first of inputs, one term for each digit of its
weights. Two terms make a pattern: two values, how far one is shifted against the other, and
whether their signs differ. The pattern whose sharing saves most becomes an adder and takes the
place of its pairs everywhere; then patterns with the new value are counted too (Hartley,
"Subexpression sharing in filters using canonic signed digit multipliers", 1996; da4ml weighs
patterns by bits as well).
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence

from srq.adders.graph import Term
from srq.adders.values import Values

Row = dict[int, dict[int, int]]
"""The terms of one output: by value and shift, the sign."""

_VALUE = 21
"""Bits of a value's number in a pattern's key."""
_SHIFT = 7
_MIDDLE = 1 << (_SHIFT - 1)
_MASK = (1 << _VALUE) - 1


def pattern_of(a: int, a_shift: int, a_sign: int, b: int, b_shift: int, b_sign: int) -> int:
    """The key of the pattern that two terms make; ``(a, a_shift)`` must be the lesser."""
    return ((a << _VALUE | b) << _SHIFT | b_shift - a_shift + _MIDDLE) << 1 | (a_sign != b_sign)


def terms_of(pattern: int) -> tuple[int, int, int, bool]:
    """Of a key: the two values, how far the second is shifted against the first, and whether
    their signs differ."""
    rest = pattern >> 1
    values = rest >> _SHIFT
    shift = (rest & ((1 << _SHIFT) - 1)) - _MIDDLE
    return values >> _VALUE, values & _MASK, shift, bool(pattern & 1)


def _patterns(row: Row, value: int, shift: int, sign: int) -> Iterator[int]:
    """The patterns that a term makes with each term of a row, the lower of the two first."""
    for other, places in row.items():
        for at, its in places.items():
            if (other, at) < (value, shift):
                yield pattern_of(other, at, its, value, shift, sign)
            else:
                yield pattern_of(value, shift, sign, other, at, its)


class Sharing:
    """Outputs as rows of terms in which patterns are replaced by shared adders, in place.

    limit: the greatest depth that an output may have.
    apart: how many more terms each output has, of depth 0, that are not shared.
    """

    def __init__(self, values: Values, rows: list[Row], limit: int, apart: Sequence[int]) -> None:
        self._values = values
        self._rows = rows
        # A tree of depth D holds terms of depths d if and only if the sum of 2^d is at most 2^D.
        self._room = [
            (1 << limit)
            - more
            - sum(len(places) << values.depths[value] for value, places in row.items())
            for row, more in zip(rows, apart, strict=True)
        ]
        self._counts: dict[int, int] = {}
        for row in rows:
            self._count_row(row)
        self._queue: list[tuple[int, int, int]] = []
        self._push(self._counts)

    def run(self) -> None:
        """Share until no pattern is worth it."""
        while self._queue:
            score, _, pattern = heapq.heappop(self._queue)
            found = self._places(pattern)
            if len(found) < 2:
                self._counts.pop(pattern, None)
                continue
            now = self._score(pattern, len(found))
            if now > score:  # scores are negative: it is worth less than it was
                heapq.heappush(self._queue, (now, len(self._values.ranges), pattern))
                continue
            self._replace(pattern, found)

    def _count_row(self, row: Row) -> None:
        terms = sorted((v, s, sign) for v, places in row.items() for s, sign in places.items())
        counts = self._counts
        for i, (a, a_shift, a_sign) in enumerate(terms):
            for b, b_shift, b_sign in terms[i + 1 :]:
                key = pattern_of(a, a_shift, a_sign, b, b_shift, b_sign)
                counts[key] = counts.get(key, 0) + 1

    def _push(self, patterns: Iterable[int]) -> None:
        age = len(self._values.ranges)
        for pattern in patterns:
            count = self._counts[pattern]
            if count > 1:
                heapq.heappush(self._queue, (self._score(pattern, count), age, pattern))

    def _terms(self, pattern: int) -> tuple[tuple[Term, Term], int, int]:
        """The adder of a pattern, its lower term being added, and how far the first and the
        second value are shifted in it."""
        a, b, shift, differ = terms_of(pattern)
        low, high = (0, shift) if shift >= 0 else (-shift, 0)
        if low <= high:
            return (Term(a, low), Term(b, high, differ)), low, high
        return (Term(b, high), Term(a, low, differ)), low, high

    def _score(self, pattern: int, count: int) -> int:
        terms, _, _ = self._terms(pattern)
        return -(count - 1) * self._values.estimate(terms)

    def _places(self, pattern: int) -> list[tuple[int, int, int]]:
        """Where a pattern stands and may be replaced: the row, and the two shifts."""
        a, b, shift, differ = terms_of(pattern)
        depths = self._values.depths
        before = (1 << depths[a]) + (1 << depths[b])
        more = (2 << max(depths[a], depths[b])) - before
        found: list[tuple[int, int, int]] = []
        for index, row in enumerate(self._rows):
            if a not in row or b not in row:
                continue
            room = self._room[index]
            others = row[b]
            used: set[int] = set()
            for a_shift, sign in sorted(row[a].items()):
                if room < more:
                    break
                b_shift = a_shift + shift
                other = others.get(b_shift)
                if other is None or (other != sign) != differ:
                    continue
                if a == b:
                    if a_shift in used or b_shift in used:
                        continue
                    used |= {a_shift, b_shift}
                found.append((index, a_shift, b_shift))
                room -= more
        return found

    def _replace(self, pattern: int, found: list[tuple[int, int, int]]) -> None:
        """Make the adder of a pattern and put it in the places found."""
        a, b, _, _ = terms_of(pattern)
        terms, low, high = self._terms(pattern)
        new = self._values.add(terms)
        depths = self._values.depths
        more = (1 << depths[new]) - (1 << depths[a]) - (1 << depths[b])
        placed: list[tuple[int, int, int]] = []
        for index, a_shift, b_shift in found:
            signs = self._remove(index, a, a_shift), self._remove(index, b, b_shift)
            sign = signs[0] if low <= high else signs[1]
            placed.append((index, a_shift - low, sign))
            self._room[index] -= more
        fresh: set[int] = set()
        for index, shift, sign in placed:
            self._insert(index, new, shift, sign, fresh)
        self._push(sorted(fresh))

    def _remove(self, index: int, value: int, shift: int) -> int:
        """Take a term out of a row, and its pairs out of the counts; its sign."""
        row = self._rows[index]
        sign = row[value].pop(shift)
        if not row[value]:
            del row[value]
        counts = self._counts
        for key in _patterns(row, value, shift, sign):
            left = counts.get(key, 0) - 1
            if left > 0:
                counts[key] = left
            else:
                counts.pop(key, None)
        return sign

    def _insert(self, index: int, value: int, shift: int, sign: int, fresh: set[int]) -> None:
        """Put a term of the newest value into a row, and its pairs into the counts."""
        row = self._rows[index]
        counts = self._counts
        for key in _patterns(row, value, shift, sign):
            count = counts.get(key, 0) + 1
            counts[key] = count
            if count > 1:
                fresh.add(key)
        row.setdefault(value, {})[shift] = sign
