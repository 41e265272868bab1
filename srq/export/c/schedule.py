"""When each op makes which lines, and where these lie: a Program as a line-by-line machine.

A *tick* is one low-resolution line that comes in, or one that would come after the last. In tick
t a value of scale g makes its lines g*t - lag to g*t - lag + g - 1, those of them that are in the
picture. The lags are those of ``srq.dataflow``, but a change of scale waits as long as it may:
what an add delays of a picture's nearest upsampling is then delayed before it is enlarged. So
every op's place in time is one number, whatever the picture's height.

Ops that read one another column by column run together in a *segment*, a block of columns at a
time, and what they pass on stays within the block. All other values have *lines*: the last few,
in a ring, as many as their readers look back, over the whole width with zeros beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from srq.dataflow import Grain, Lags, is_view, lines_kept, whole, window_of
from srq.export.c.memory import (
    DEFAULT_BLOCK,
    Cells,
    Member,
    Memory,
    Place,
    cells_of,
    with_blocks,
    with_members,
)
from srq.program import Program, Step


@dataclass(frozen=True)
class Segment:
    """Ops of one scale that run together, block of columns by block."""

    scale: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Schedule:
    """A Program laid out in time and memory.

    places:   every op's, by name, in the order in which the ops run.
    members:  the arrays of lines.
    channels: of each type, how many channels of one block are alive at once.
    """

    places: dict[str, Place]
    segments: tuple[Segment, ...]
    members: tuple[Member, ...]
    channels: dict[Cells, int]

    @property
    def memory(self) -> Memory:
        """What the state takes."""
        return Memory.of(self.members, self.channels)

    @property
    def largest_scale(self) -> int:
        """The largest scale of any value: the least block that there can be."""
        return max(segment.scale for segment in self.segments)

    def default_block(self, max_width: int) -> int:
        """The block that the header chooses: no wider than the widest of its lines."""
        return min(self.largest_scale * max_width, DEFAULT_BLOCK)

    @property
    def output(self) -> Place:
        """The Output's place."""
        return next(reversed(self.places.values()))

    @property
    def delay(self) -> int:
        """How many low-resolution lines it looks ahead: the ticks after the last line."""
        return whole(Fraction(self.output.lag, self.output.scale))

    def lines_of_tick(self, tick: int, height: int) -> range:
        """The output lines that are made in ``tick``, of a picture of ``height`` lines."""
        scale = self.output.scale
        first = scale * tick - self.output.lag
        return range(max(first, 0), max(min(first + scale, scale * height), 0))


def schedule(program: Program) -> Schedule:
    """Lay ``program`` out; any Program can be."""
    steps = _in_order(program.steps)
    lags = _lags(program)
    segments = _segments(steps)
    home = {name: i for i, segment in enumerate(segments) for name in segment.names}
    places: dict[str, Place] = {}
    for step in steps:
        readers = [r for r in steps if step.op.name in r.op.sources]
        places[step.op.name] = _place(step, program, readers, lags, home)
    places, channels = with_blocks(places, [segment.names for segment in segments])
    places, members = with_members(places, home)
    return Schedule(places, segments, members, channels)


def _in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps with every change of scale moved to just before it is needed.

    There it can join the segment that reads it, and its larger value needs no lines.
    """
    order = list(steps)
    for step in reversed(steps):
        if is_view(step.op):
            order.remove(step)
            first = next(i for i, r in enumerate(order) if step.op.name in r.op.sources)
            order.insert(first, step)
    return order


def _lags(program: Program) -> dict[str, Fraction]:
    """How many low-resolution lines each value lags: whole lines of its own, but maybe not of
    the input's."""
    lags = Lags(program)
    placed: dict[str, Fraction] = {}
    for step in program.steps:
        name, scale = step.op.name, step.value.scale
        placed[name] = lags[name].lines
        if is_view(step.op):
            placed[name] = Fraction(-whole(-lags.latest[name], scale), scale)
    return placed


def _segments(steps: Iterable[Step]) -> tuple[Segment, ...]:
    segments: list[list[Step]] = []
    for step in steps:
        now = segments[-1] if segments else []
        made_now = {s.op.name for s in now}
        read_now = made_now.intersection(step.op.sources)
        same_scale = bool(now) and now[0].value.scale == step.value.scale
        if same_scale and (not read_now or window_of(step, Grain.LINE).columns == 1):
            now.append(step)
        else:
            segments.append([step])
    return tuple(Segment(s[0].value.scale, tuple(step.op.name for step in s)) for s in segments)


def _place(
    step: Step,
    program: Program,
    readers: Sequence[Step],
    lags: dict[str, Fraction],
    home: dict[str, int],
) -> Place:
    name, scale = step.op.name, step.value.scale
    depth = left = right = 0
    for reader in readers:
        window = window_of(reader, Grain.LINE)
        lines = lines_kept(step.value, lags[reader.op.name] - lags[name], window.top)
        left, right = max(left, window.left), max(right, window.right)
        if lines > scale or home[reader.op.name] != home[name]:
            depth = max(depth, lines)
    index, lag = program.ops.index(step.op), whole(lags[name], scale)
    return Place(step, index, cells_of(step.value.format), lag, depth, left, right)
