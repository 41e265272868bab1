"""When each op makes which lines, and where these lie: a Program as a line-by-line machine.

A *tick* is one low-resolution line that comes in, or one that would come after the last. In tick
t a value of scale g makes its lines g*t - lag to g*t - lag + g - 1, those of them that are in the
picture. A convolution lags its source by the lines of padding below it; what has several sources
lags the slowest. So every op's place in time is one number, whatever the picture's height.

Ops that read one another column by column run together in a *segment*, a block of columns at a
time, and what they pass on stays within the block. All other values have *lines*: the last few,
in a ring, as many as their readers look back, over the whole width with zeros beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from srq.export.c.place import Cells, Member, Place, Segment, cells_of
from srq.export.c.storage import with_blocks, with_members
from srq.program import Conv, NearestUpsample, Op, PixelShuffle, Program, Step


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
    def output(self) -> Place:
        """The Output's place."""
        return next(reversed(self.places.values()))

    @property
    def delay(self) -> int:
        """How many low-resolution lines it looks ahead: the ticks after the last line."""
        return -(-self.output.lag // self.output.scale)

    def lines_of_tick(self, tick: int, height: int) -> range:
        """The output lines that are made in ``tick``, of a picture of ``height`` lines."""
        scale = self.output.scale
        first = scale * tick - self.output.lag
        return range(max(first, 0), max(min(first + scale, scale * height), 0))


def schedule(program: Program) -> Schedule:
    """Lay ``program`` out; any Program can be."""
    steps = _in_order(program.steps)
    lags = _lags(steps)
    segments = _segments(steps)
    home = {name: i for i, segment in enumerate(segments) for name in segment.names}
    places = {}
    for step in steps:
        readers = [r for r in steps if step.op.name in r.op.sources]
        places[step.op.name] = _place(step, program, readers, lags, home)
    places, channels = with_blocks(places, segments)
    places, members = with_members(places, home)
    return Schedule(places, segments, members, channels)


def _is_view(op: Op) -> bool:
    """Whether ``op`` only moves integers to a larger scale."""
    return isinstance(op, PixelShuffle | NearestUpsample)


def _bottom_of(op: Op) -> int:
    """The lines below its own that an op reads."""
    return op.padding.bottom if isinstance(op, Conv) else 0


def _in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps with every change of scale moved to just before it is needed.

    There it can join the segment that reads it, and its larger value needs no lines.
    """
    order = list(steps)
    for step in reversed(steps):
        if _is_view(step.op):
            order.remove(step)
            first = next(i for i, r in enumerate(order) if step.op.name in r.op.sources)
            order.insert(first, step)
    return order


def _lags(steps: Sequence[Step]) -> dict[str, int]:
    """Every value's lag: the least there is, but a change of scale waits as long as it may.

    What an Add delays of a picture's nearest upsampling is then delayed before it is enlarged.
    """
    lags: dict[str, int] = {}
    for step in steps:
        sources = [lags[s.name] * (step.value.scale // s.scale) for s in step.sources]
        lags[step.op.name] = max(sources, default=0) + _bottom_of(step.op)
    latest: dict[str, float] = dict.fromkeys(lags, inf)
    for step in reversed(steps):
        name = step.op.name
        if _is_view(step.op):
            lags[name] = int(latest[name])
        for source in step.sources:
            needed = (lags[name] - _bottom_of(step.op)) // (step.value.scale // source.scale)
            latest[source.name] = min(latest[source.name], needed)
    return lags


def _segments(steps: Iterable[Step]) -> tuple[Segment, ...]:
    segments: list[list[Step]] = []
    for step in steps:
        now = segments[-1] if segments else []
        made_now = {s.op.name for s in now}
        read_now = made_now.intersection(step.op.sources)
        same_scale = bool(now) and now[0].value.scale == step.value.scale
        if same_scale and (not read_now or _width_of(step.op) == 1):
            now.append(step)
        else:
            segments.append([step])
    return tuple(Segment(s[0].value.scale, tuple(step.op.name for step in s)) for s in segments)


def _width_of(op: Op) -> int:
    return op.kernel[1] if isinstance(op, Conv) else 1


def _place(
    step: Step,
    program: Program,
    readers: Sequence[Step],
    lags: dict[str, int],
    home: dict[str, int],
) -> Place:
    name, scale = step.op.name, step.value.scale
    depth = left = right = 0
    for reader in readers:
        enlarged = reader.value.scale // scale
        back = -(-lags[reader.op.name] // enlarged) - lags[name]
        if isinstance(reader.op, Conv):
            back += reader.op.padding.top
            left, right = max(left, reader.op.padding.left), max(right, reader.op.padding.right)
        if back or home[reader.op.name] != home[name]:
            depth = max(depth, scale + back)
    index = program.ops.index(step.op)
    return Place(step, index, cells_of(step.value.format), lags[name], depth, left, right)
