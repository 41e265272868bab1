"""Adders of three operands: pairs of adders of two, fused where that saves most."""

from srq.adders.graph import Adder, AdderGraph, Term, bits_of


def fuse(graph: AdderGraph) -> AdderGraph:
    """See ``AdderGraph.fused``. Adders with one reader and their readers form trees; a pair is an
    edge, no two pairs share an adder, and the best choice of pairs is found from the leaves up."""
    base = graph.first_adder
    reader = _only_readers(graph)
    children: list[list[int]] = [[] for _ in graph.adders]
    for index, owner in enumerate(reader):
        if owner is not None:
            children[owner].append(index)
    saved = [0] * len(graph.adders)  # in the tree below, the adder itself left alone
    best = [0] * len(graph.adders)  # the same, the adder free to take one in
    taken: list[int | None] = [None] * len(graph.adders)
    for index, adder in enumerate(graph.adders):
        saved[index] = best[index] = sum(best[child] for child in children[index])
        for child in children[index]:
            if len(adder.terms) != 2 or len(graph.adders[child].terms) != 2:
                continue
            gain = adder.bits + graph.adders[child].bits - _joined(graph, index, child).bits
            found = saved[index] - best[child] + saved[child] + gain
            if gain > 0 and found > best[index]:
                best[index], taken[index] = found, child
    # From the roots down: what its reader takes in is gone, and takes nothing in itself.
    gone: set[int] = set()
    for index in reversed(range(len(graph.adders))):
        child = taken[index]
        if index in gone:
            taken[index] = None
        elif child is not None:
            gone.add(child)
    return _without(graph, taken, gone, base)


def _only_readers(graph: AdderGraph) -> list[int | None]:
    """For every adder the one adder that reads it once; None if others or an output do."""
    base = graph.first_adder
    readers: list[list[int | None]] = [[] for _ in graph.adders]
    for index, adder in enumerate(graph.adders):
        for term in adder.terms:
            if term.value >= base:
                readers[term.value - base].append(index)
    for term in graph.outputs:
        if term is not None and term.value >= base:
            readers[term.value - base].append(None)
    return [found[0] if len(found) == 1 else None for found in readers]


def _joined(graph: AdderGraph, index: int, child: int) -> Adder:
    """The adder ``index`` with its operand ``child`` taken in; depth as it was."""
    base = graph.first_adder
    outer, inner = graph.adders[index], graph.adders[child]
    terms: list[Term] = []
    for term in outer.terms:
        if term.value == base + child:
            terms += [
                Term(each.value, each.shift + term.shift, each.negative != term.negative)
                for each in inner.terms
            ]
        else:
            terms.append(term)
    ranges = [graph.ranges[term.value] for term in terms]
    bits = bits_of(terms, ranges, (outer.lo, outer.hi))
    return Adder(tuple(terms), outer.lo, outer.hi, outer.depth, bits)


def _without(graph: AdderGraph, taken: list[int | None], gone: set[int], base: int) -> AdderGraph:
    """The graph with pairs joined, numbered anew."""
    number = {value: value for value in range(base)}
    depths = [0] * base
    adders: list[Adder] = []
    for index, adder in enumerate(graph.adders):
        if index in gone:
            continue
        child = taken[index]
        joined = adder if child is None else _joined(graph, index, child)
        terms = tuple(Term(number[t.value], t.shift, t.negative) for t in joined.terms)
        depth = 1 + max(depths[term.value] for term in terms)
        number[base + index] = base + len(adders)
        depths.append(depth)
        adders.append(Adder(terms, adder.lo, adder.hi, depth, joined.bits))
    outputs = tuple(
        None if term is None else Term(number[term.value], term.shift) for term in graph.outputs
    )
    return AdderGraph(graph.inputs, graph.constants, tuple(adders), outputs)
