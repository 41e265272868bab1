"""The .c file: the kernels that are needed, then a function for each op and each segment."""

from itertools import groupby

from srq.export.c.kernels import PORTABLE, Loops, kernels, most_columns, most_taps
from srq.export.c.ops import Ops, takes_io
from srq.export.c.schedule import Schedule, Segment
from srq.export.c.text import minus, names, times
from srq.export.text import fill, indented, symbol
from srq.program import Input, Program


def source(program: Program, plan: Schedule, loops: Loops = PORTABLE) -> str:
    """``srq_NAME.c``, with these loops."""
    prefix = symbol(program)
    ops = Ops(plan, prefix)
    places = plan.places.values()
    return fill(
        "c/source.c",
        **names(program),
        file=f"{prefix}.c",
        header=f"{prefix}.h",
        weights=f"{prefix}_weights.h",
        largest_scale=plan.largest_scale,
        most_taps=most_taps(plan),
        most_columns=most_columns(plan),
        functions=kernels(plan, f"{prefix}_state", loops),
        lines="\n".join(ops.line(place) for place in places if place.depth),
        ops="\n".join(ops.function(place) for place in places),
        segments="\n".join(_segment(i, s, plan, ops) for i, s in enumerate(plan.segments)),
        made=minus(times(plan.output.scale, "s->tick"), plan.output.lag),
        run=indented(
            [f"segment_{i}(s{_io(s, plan, '&io')});" for i, s in enumerate(plan.segments)]
        ),
    )


def _io(segment: Segment, plan: Schedule, argument: str) -> str:
    """What a segment that takes or gives lines of a picture gets in addition to the state."""
    takes = any(takes_io(plan.places[name].step.op) for name in segment.names)
    return f", {argument}" if takes else ""


def _segment(number: int, segment: Segment, plan: Schedule, ops: Ops) -> str:
    scale = segment.scale
    lines = []
    for lag, group in groupby((plan.places[name] for name in segment.names), lambda p: p.lag):
        places = list(group)
        is_there = f"has_line(s, {minus('row', lag)}, {scale})"
        if isinstance(places[0].step.op, Input):
            is_there += " && io->line != NULL"  # the same, and plain to whoever checks pointers
        lines += [f"if ({is_there}) {{", *(f"    {ops.call(place)}" for place in places), "}"]
    return fill(
        "c/segment.c",
        number=number,
        state=ops.state,
        io=_io(segment, plan, "const call *io"),
        width=times(scale, "s->width"),
        most="BLOCK" if scale == 1 else f"BLOCK / {scale} * {scale}",
        first=times(scale, "s->tick"),
        rows=scale,
        calls=indented(lines, 12),
    )
