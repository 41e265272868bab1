"""Where values lie: in channels of a block, or in arrays of lines, shared where that is safe."""

from collections.abc import Sequence
from dataclasses import replace

from srq.export.c.place import Cells, Member, Place, Segment, Size
from srq.program import Output


def with_blocks(
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
