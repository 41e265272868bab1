"""The last sums: each output's remaining terms added up, in pairs that take few bits."""

from collections.abc import Sequence
from dataclasses import dataclass

from srq.adders.graph import Range, Term, bits_of
from srq.adders.values import Values


@dataclass(eq=False)
class _Part:
    """A part of an output's sum: a term, or the sum of two parts.

    shift, sign: of the part in the output.
    limits:      what it can be before shift and sign.
    positive:    whether any of its terms is added.
    value:       the number of its value, once it has one.
    """

    shift: int
    sign: int
    depth: int
    limits: Range
    positive: bool
    value: int | None = None
    halves: tuple["_Part", "_Part"] | None = None


def sum_up(values: Values, terms: Sequence[Term], limit: int) -> Term | None:
    """Add ``terms`` up, in adders no deeper than ``limit``; the term that stands for the sum.

    A tree of that depth must be possible. The term is not negative.
    """
    parts = [_leaf(values, term) for term in terms]
    if not parts:
        return None
    room = (1 << limit) - sum(1 << part.depth for part in parts)
    while len(parts) > 1:
        a, b, more = _cheapest(parts, room)
        room -= more
        parts = [part for part in parts if part is not a and part is not b]
        parts.append(_joined(a, b))
    (root,) = parts
    _make_positive(root)
    if root.halves is None and root.sign < 0:
        return Term(values.add([Term(_made(values, root), 0, True)]), root.shift)
    return Term(_made(values, root), root.shift)


def _leaf(values: Values, term: Term) -> _Part:
    return _Part(
        term.shift,
        -1 if term.negative else 1,
        values.depths[term.value],
        values.ranges[term.value],
        not term.negative,
        term.value,
    )


def _cheapest(parts: Sequence[_Part], room: int) -> tuple[_Part, _Part, int]:
    """The two parts whose sum takes the fewest bits, of those that leave the tree possible, and
    what they take of its room."""
    best: tuple[tuple[int, int], _Part, _Part, int] | None = None
    for index, a in enumerate(parts):
        for b in parts[index + 1 :]:
            more = (2 << max(a.depth, b.depth)) - (1 << a.depth) - (1 << b.depth)
            if more > room:
                continue
            cost = _bits(a, b)
            if best is None or (cost, more) < best[0]:
                best = (cost, more), a, b, more
    assert best is not None, "the two least deep always fit"
    return best[1], best[2], best[3]


def _lowest_first(a: _Part, b: _Part) -> tuple[_Part, _Part]:
    return (a, b) if (a.shift, -a.sign) <= (b.shift, -b.sign) else (b, a)


def _bits(a: _Part, b: _Part) -> int:
    low, high = _lowest_first(a, b)
    terms = Term(0), Term(0, high.shift - low.shift, low.sign != high.sign)
    return bits_of(terms, (low.limits, high.limits), _total(low, high))


def _total(low: _Part, high: _Part) -> Range:
    lo, hi = high.limits
    if low.sign != high.sign:
        lo, hi = -hi, -lo
    by = high.shift - low.shift
    return low.limits[0] + (lo << by), low.limits[1] + (hi << by)


def _joined(a: _Part, b: _Part) -> _Part:
    """Their sum. The lower one is added, so that its low bits pass through."""
    low, high = _lowest_first(a, b)
    return _Part(
        low.shift,
        low.sign,
        1 + max(a.depth, b.depth),
        _total(low, high),
        a.positive or b.positive,
        halves=(low, high),
    )


def _make_positive(part: _Part) -> None:
    """Turn a sum that is taken away into one that is added, if any of its terms is."""
    if part.halves is None:
        return
    part.sign = 1
    if all(half.sign < 0 for half in part.halves):
        for half in part.halves:
            if half.positive:
                _make_positive(half)
                break


def _made(values: Values, part: _Part) -> int:
    """The number of the part's value, its adders being made."""
    if part.value is None:
        assert part.halves is not None
        terms = [
            Term(_made(values, half), half.shift - part.shift, half.sign != part.sign)
            for half in part.halves
        ]
        part.value = values.add(terms)
    return part.value
