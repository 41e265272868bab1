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
from dataclasses import dataclass, replace
from math import inf

from srq.fixed import Format
from srq.program import Conv, NearestUpsample, Op, Output, PixelShuffle, Program, Step


@dataclass(frozen=True)
class Cells:
    """The C type of a value's integers. suffix: it in the names of functions and members."""

    ctype: str
    suffix: str
    size: int


S32 = Cells("int32_t", "s32", 4)
S16 = Cells("int16_t", "s16", 2)
U16 = Cells("uint16_t", "u16", 2)


def cells_of(fmt: Format) -> Cells:
    """The smallest type that computes well: 16 bits for all but the accumulators."""
    if fmt.bits > 16:
        return S32
    return S16 if fmt.signed or fmt.bits < 16 else U16


@dataclass(frozen=True)
class Size:
    """A number of cells: ``columns`` for every low-resolution column, and ``fixed`` ones."""

    columns: int
    fixed: int

    def at(self, width: int) -> int:
        """The cells for lines of ``width`` low-resolution pixels."""
        return self.columns * width + self.fixed


@dataclass(frozen=True)
class Place:
    """Where a value's integers lie and when they are made.

    lag:    in lines of its own scale; see the module.
    depth:  how many lines are kept; 0 for a value that stays within its block.
    left, right: the columns of zeros beside a line.
    member: the array of the state that holds it; of a block's value, ``first`` channels in.
    """

    step: Step
    index: int
    cells: Cells
    lag: int
    depth: int
    left: int
    right: int
    member: str = ""
    first: int = 0

    @property
    def name(self) -> str:
        """The op's name."""
        return self.step.op.name

    @property
    def scale(self) -> int:
        """The value's scale."""
        return self.step.value.scale

    @property
    def channels(self) -> int:
        """The value's channels."""
        return self.step.value.channels

    @property
    def keeps_history(self) -> bool:
        """Whether a tick reads lines of ticks before it."""
        return self.depth > self.scale

    @property
    def size(self) -> Size:
        """What its lines take."""
        lines = self.depth * self.channels
        return Size(lines * self.scale, lines * (self.left + self.right))


@dataclass(frozen=True)
class Member:
    """An array of the state: the lines of one value, or of some that are never alive at once."""

    name: str
    cells: Cells
    size: Size
    tenants: tuple[str, ...]


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
    lag:      the output's, in lines of the output; delay: the same in ticks, rounded up.
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
    places, channels = _with_blocks(places, segments)
    places, members = _with_members(places, home)
    return Schedule(places, segments, members, channels)


def is_view(op: Op) -> bool:
    """Whether ``op`` only moves integers to a larger scale."""
    return isinstance(op, PixelShuffle | NearestUpsample)


def bottom_of(op: Op) -> int:
    """The lines below its own that an op reads."""
    return op.padding.bottom if isinstance(op, Conv) else 0


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


def _lags(steps: Sequence[Step]) -> dict[str, int]:
    """Every value's lag: the least there is, but a change of scale waits as long as it may.

    What an Add delays of a picture's nearest upsampling is then delayed before it is enlarged.
    """
    lags: dict[str, int] = {}
    for step in steps:
        sources = [lags[s.name] * (step.value.scale // s.scale) for s in step.sources]
        lags[step.op.name] = max(sources, default=0) + bottom_of(step.op)
    latest: dict[str, float] = dict.fromkeys(lags, inf)
    for step in reversed(steps):
        name = step.op.name
        if is_view(step.op):
            lags[name] = int(latest[name])
        for source in step.sources:
            needed = (lags[name] - bottom_of(step.op)) // (step.value.scale // source.scale)
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


def _with_blocks(
    places: dict[str, Place], segments: Sequence[Segment]
) -> tuple[dict[str, Place], dict[Cells, int]]:
    """Channels of the blocks given to the values that have no lines, the lowest free ones."""
    most: dict[Cells, int] = {}
    placed = dict(places)
    for segment in segments:
        alive: dict[str, range] = {}
        for i, name in enumerate(segment.names):
            place = places[name]
            if place.depth == 0 and not isinstance(place.step.op, Output):
                taken = [alive[n] for n in alive if placed[n].cells == place.cells]
                first = _lowest_free(place.channels, taken)
                alive[name] = range(first, first + place.channels)
                most[place.cells] = max(most.get(place.cells, 0), first + place.channels)
                placed[name] = replace(place, member=f"block_{place.cells.suffix}", first=first)
            later = {s for n in segment.names[i + 1 :] for s in places[n].step.op.sources}
            alive = {n: channels for n, channels in alive.items() if n in later}
    return placed, most


def _lowest_free(count: int, taken: Sequence[range]) -> int:
    first = 0
    for channels in sorted(taken, key=lambda r: r.start):
        if channels.start - first >= count:
            break
        first = max(first, channels.stop)
    return first


def _with_members(
    places: dict[str, Place], home: dict[str, int]
) -> tuple[dict[str, Place], tuple[Member, ...]]:
    """An array for every value with lines.

    Values that only the tick that makes them reads share one, as far as they are not alive in
    the same segment.
    """
    members: list[Member] = []
    shared: dict[int, int] = {}  # index of a member: the last segment that reads what it holds
    placed = dict(places)
    for name, place in places.items():
        if place.depth == 0:
            continue
        last = max(home[n] for n, p in places.items() if name in p.step.op.sources)
        free = [
            i
            for i, until in shared.items()
            if until < home[name] and members[i].cells == place.cells
        ]
        if place.keeps_history or not free:
            members.append(Member(f"v_{name}", place.cells, place.size, (name,)))
            at = len(members) - 1
        else:
            # The one that has to grow least.
            at = min(free, key=lambda i: abs(members[i].size.columns - place.size.columns))
            old = members[at]
            size = Size(
                max(old.size.columns, place.size.columns), max(old.size.fixed, place.size.fixed)
            )
            members[at] = replace(old, size=size, tenants=(*old.tenants, name))
        if not place.keeps_history:
            shared[at] = last
        placed[name] = replace(place, member=members[at].name)
    return placed, tuple(members)
