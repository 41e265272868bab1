"""Where values lie and what that takes: types of cells, rings of lines, blocks, sizes.

A value stays in channels of a block, or it has lines in an array of the state. Both are shared
where that is safe.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from srq.fixed import Format
from srq.program import Output, Step

MOST_WIDTH = 65536
"""The widest lines, in low-resolution pixels, that the exported C can be compiled for."""

DEFAULT_BLOCK = 512
"""Columns in a block: narrower blocks take less memory and lose some speed."""

_COUNTERS = 3
_SUMS = 4


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

    lag:    in lines of its own scale; see ``schedule``.
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
class Count:
    """A number of cells: some, some for each column of a block, some for each of a line."""

    fixed: int
    blocks: int
    columns: int

    def at(self, width: int, block: int) -> int:
        """The cells for this maximum width and block."""
        return self.fixed + self.blocks * block + self.columns * width

    def formula(self, prefix: str) -> str:
        """The same in C."""
        return (
            f"{self.fixed} + (size_t){self.blocks} * {prefix}_BLOCK"
            f" + (size_t){self.columns} * {prefix}_MAX_WIDTH"
        )


@dataclass(frozen=True)
class Memory:
    """The state's cells of 4 bytes and of 2."""

    words: Count
    halves: Count

    @classmethod
    def of(cls, members: Sequence[Member], channels: Mapping[Cells, int]) -> "Memory":
        """What arrays of lines and, of each type, channels of a block take."""
        words = _count(members, channels, 4, fixed=_COUNTERS, blocks=_SUMS)
        return cls(words, _count(members, channels, 2))

    def size(self, width: int, block: int) -> int:
        """The bytes of the state; a struct's size is a multiple of its widest member's."""
        return 4 * self.words.at(width, block) + (2 * self.halves.at(width, block) + 3) // 4 * 4


def _count(
    members: Iterable[Member],
    channels: Mapping[Cells, int],
    size: int,
    *,
    fixed: int = 0,
    blocks: int = 0,
) -> Count:
    lines = [member.size for member in members if member.cells.size == size]
    return Count(
        fixed + sum(line.fixed for line in lines),
        blocks + sum(n for cells, n in channels.items() if cells.size == size),
        sum(line.columns for line in lines),
    )


def with_blocks(
    places: dict[str, Place], segments: Iterable[Sequence[str]]
) -> tuple[dict[str, Place], dict[Cells, int]]:
    """Channels of the blocks given to the values that have no lines, the lowest free ones.

    ``segments``: the names of the ops that run together, block of columns by block.
    """
    most: dict[Cells, int] = {}
    placed = dict(places)
    for segment in segments:
        alive: dict[str, range] = {}
        for i, name in enumerate(segment):
            place = places[name]
            if place.depth == 0 and not isinstance(place.step.op, Output):
                taken = [alive[n] for n in alive if placed[n].cells == place.cells]
                first = _lowest_free(place.channels, taken)
                alive[name] = range(first, first + place.channels)
                most[place.cells] = max(most.get(place.cells, 0), first + place.channels)
                placed[name] = replace(place, member=f"block_{place.cells.suffix}", first=first)
            later = {s for n in segment[i + 1 :] for s in places[n].step.op.sources}
            alive = {n: channels for n, channels in alive.items() if n in later}
    return placed, most


def _lowest_free(count: int, taken: Sequence[range]) -> int:
    first = 0
    for channels in sorted(taken, key=lambda r: r.start):
        if channels.start - first >= count:
            break
        first = max(first, channels.stop)
    return first


def with_members(
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
