"""The .h file: the interface, its timing, and the state with its size as a formula."""

from srq.export.c.memory import DEFAULT_BLOCK, MOST_WIDTH, S16, S32, U16
from srq.export.c.schedule import Schedule
from srq.export.c.text import names
from srq.export.text import fill, indented, symbol
from srq.program import Program


def header(program: Program, plan: Schedule, max_width: int) -> str:
    """``srq_NAME.h``; ``max_width`` is the default of its macro."""
    prefix = symbol(program)
    read, written = program.input.format, program.output_value.format
    memory = plan.memory
    return fill(
        "c/header.h",
        **names(program),
        file=f"{prefix}.h",
        delay=plan.delay,
        timing="\n".join(f" *   {line}" for line in timing(plan)),
        in_type=read.dtype.name,
        in_hi=read.hi,
        out_type=written.dtype.name,
        out_hi=written.hi,
        max_width=max_width,
        most_width=MOST_WIDTH,
        block=DEFAULT_BLOCK,
        largest_scale=plan.largest_scale,
        words=memory.words.formula(prefix.upper()),
        halves=memory.halves.formula(prefix.upper()),
        memory=memory_sentence(plan, max_width),
        members=indented(_members(plan, prefix.upper())),
    )


def timing(plan: Schedule) -> list[str]:
    """Which call gives which output lines, as a table of text.

    It is that of a picture which is just high enough to show everything.
    """
    height = plan.delay + 3
    rows = [("call", "lines", "which")]
    for tick in range(height + plan.delay):
        lines = plan.lines_of_tick(tick, height)
        if tick >= height and not lines:
            continue  # flush goes on by itself until there is a line
        call = f"push_line {tick}" if tick < height else "flush"
        which = f"{lines[0]} to {lines[-1]}" if len(lines) > 1 else "".join(map(str, lines))
        rows.append((call, str(len(lines)), which))
    rows.append(("flush", "0", "the picture is whole"))
    return [f"{call:<14} {count:>5}    {which}".rstrip() for call, count, which in rows]


def memory_sentence(plan: Schedule, max_width: int) -> str:
    """How large the state is."""
    memory = plan.memory
    size = memory.size(max_width, plan.default_block(max_width))
    columns = 4 * memory.words.columns + 2 * memory.halves.columns
    return f"{size} bytes for lines of {max_width} pixels, {columns} more or less for each pixel"


def _members(plan: Schedule, prefix: str) -> list[str]:
    lines = []
    for cells in (S32, S16, U16):
        if cells in plan.channels:
            size = f"{plan.channels[cells]} * {prefix}_BLOCK"
            lines.append(f"{cells.ctype} block_{cells.suffix}[{size}];")
        for member in plan.members:
            if member.cells == cells:
                size = f"{member.size.fixed} + {member.size.columns} * {prefix}_MAX_WIDTH"
                tenants = ", ".join(member.tenants)
                lines.append(f"{cells.ctype} {member.name}[{size}]; /* {tenants} */")
    return lines
