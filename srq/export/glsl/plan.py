"""Which values of a Program are kept in textures, and which are computed where they are read.

A pass writes four planes of one value into a texture; another pass can read any texel of it.
What is not kept is computed again in each pass that needs it. So an accumulator is never kept
(a texture could not hold it), a value read around a pixel always is, and for the rest texture
accesses are counted: that is what such shaders spend their time on.
"""

from collections import Counter
from typing import NamedTuple

from srq.dataflow import is_view
from srq.dataflow.planes import Planes
from srq.program import Conv, Step

QUAD = 4
"""The planes of a texture."""

MOST_BINDS = 16
"""The textures that mpv and libplacebo let a pass read."""

Quad = tuple[int, ...]
"""Four planes of one value, in the order of a texel's components; -1 stands for none."""

Texture = tuple[str, int]
"""A value kept, and which four of its planes."""


class Read(NamedTuple):
    """Planes 4·quad to 4·quad + 3 of ``base``, ``dy`` rows below and ``dx`` columns right."""

    base: str
    quad: int
    dy: int
    dx: int


class Plan:
    """What is read for what.

    kept: the values kept in textures, in order, the output among them. The input is not: the
          player holds it, one plane in a texture of its own.
    """

    def __init__(self, planes: Planes) -> None:
        self.planes = planes
        self.program = planes.program
        self._quads = {step.op.name: self._quads_of(step) for step in self.program.steps}
        self._reads: dict[tuple[str, Quad], frozenset[Read]] = {}
        self.kept = self._cheapest()
        if any(
            len(self.textures(n, quad)) > MOST_BINDS for n in self.kept for quad in self.quads(n)
        ):
            self.kept = [step.op.name for step in self.program.steps[1:] if _can_be_kept(step)]

    def quads(self, name: str) -> list[Quad]:
        """The planes of each texture of a value."""
        return self._quads[name]

    def is_texture(self, name: str) -> bool:
        """Whether a value can be read from a texture."""
        return name in self.kept or name == self.program.input.name

    def reads(self, name: str, quad: Quad) -> frozenset[Read]:
        """What the op directly reads, kept or not, to make four of its planes."""
        key = (name, quad)
        if key not in self._reads:
            self._reads[key] = frozenset(self._read(name, [k for k in quad if k >= 0]))
        return self._reads[key]

    def textures(self, name: str, quad: Quad) -> list[Texture]:
        """The textures that the pass for four planes of a value reads, in the values' order."""
        found: set[Texture] = set()
        seen: set[Texture] = set()
        waiting = list(self.reads(name, quad))
        while waiting:
            read = waiting.pop()
            place = (read.base, read.quad)
            if self.is_texture(read.base):
                found.add(place)
            elif place not in seen:
                seen.add(place)
                waiting += self.reads(read.base, self.quads(read.base)[read.quad])
        order = {step.op.name: index for index, step in enumerate(self.program.steps)}
        return sorted(found, key=lambda texture: (order[texture[0]], texture[1]))

    def _quads_of(self, step: Step) -> list[Quad]:
        count = self.planes.count(step.op.name)
        starts = range(0, count, QUAD)
        return [tuple(k if k < count else -1 for k in range(s, s + QUAD)) for s in starts]

    def _read(self, name: str, wanted: list[int]) -> set[Read]:
        step = self.program.step(name)
        if isinstance(step.op, Conv):
            taps = self.planes.taps[name]
            columns = (taps.plane // QUAD, taps.dy, taps.dx)
            found = set()
            for k in wanted:
                rows = zip(*(column[taps.of(k)].tolist() for column in columns), strict=True)
                found |= {Read(taps.base, *row) for row in rows}
            return found
        views = [self.planes.views[source.name] for source in step.sources]
        return {Read(v.base, int(v.planes[k]) // QUAD, 0, 0) for v in views for k in wanted}

    def _cheapest(self) -> list[str]:
        """From the last op to the first: each is kept if that takes fewer texture accesses."""
        kept: list[str] = []
        accesses: Counter[Texture] = Counter()  # to each quad, by the passes that need it
        around: set[str] = set()
        for step in self.program.steps[:0:-1]:
            name = step.op.name
            if is_view(step.op):
                continue
            costs = [len(self.reads(name, quad)) for quad in self.quads(name)]
            counts = [accesses[name, index] for index in range(len(costs))]
            within = sum(n * cost for n, cost in zip(counts, costs, strict=True))
            apart = sum(counts) + sum(costs) + len(costs)
            must = step.op == self.program.output or name in around
            if must or (_can_be_kept(step) and apart < within):
                kept.insert(0, name)
                counts = [1] * len(costs)
            for n, quad in zip(counts, self.quads(name), strict=True):
                for read in self.reads(name, quad):
                    accesses[read.base, read.quad] += n
                    if read.dy or read.dx:
                        around.add(read.base)
        return kept


def _can_be_kept(step: Step) -> bool:
    return not is_view(step.op) and not step.value.is_accumulator
