"""What a Program's lines and blocks depend on, counted line by line and block by block.

Nothing here knows of fractions or rounding. ``rows_of`` and ``block_of`` look up what each line
and block was made of, as the ops' definitions say; ``srq.dataflow`` must agree. ``simulate`` runs
a target's stages over its rings, with the numbers of lines for their contents.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from srq.dataflow import Lags, whole
from srq.export.c.memory import Place
from srq.export.c.schedule import Schedule
from srq.program import Conv, Output, Program

try:
    from srq.engines import native
except ImportError:  # pragma: no cover
    if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
        raise
    native = None


def padding_of(op) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what an op reads around its pixel."""
    if not isinstance(op, Conv):
        return 0, 0, 0, 0
    pad = op.padding
    return pad.top, pad.bottom, pad.left, pad.right


def rows_of(program: Program, *, across: bool = False) -> Callable[[str, int], tuple[int, int]]:
    """``rows(name, y)``: the first and the last row of the input that line y of a value sees.

    Of a picture without end, so no border cuts it short. across: the same of columns.
    """

    @cache
    def rows(name: str, y: int) -> tuple[int, int]:
        step = program.step(name)
        if not step.sources:
            return y, y
        before, after = padding_of(step.op)[2:] if across else padding_of(step.op)[:2]
        seen = []
        for source in step.sources:
            place = y // (step.value.scale // source.scale)
            seen += [rows(source.name, place - before), rows(source.name, place + after)]
        return min(first for first, _ in seen), max(last for _, last in seen)

    return rows


def block_of(program: Program, width: int) -> Callable[[str, int, int], int]:
    """``last(name, row, column)``: the last block of the input that a block of a value waits for.

    Blocks are counted in raster order, ``width`` to a line; each value is handed on block by block
    and may be read only in whole blocks.
    """

    @cache
    def last(name: str, row: int, column: int) -> int:
        step = program.step(name)
        if not step.sources:
            return row * width + column
        _, below, _, right = padding_of(step.op)
        scale = step.sources[0].scale
        # The lowest and rightmost pixel that the block's last pixel reads.
        y = scale * row + scale - 1 + below
        x = scale * column + scale - 1 + right
        return max(last(source.name, y // scale, x // scale) for source in step.sources)

    return last


@dataclass(frozen=True)
class Stage:
    """What makes lines of a value, or writes lines of the picture.

    name:  the op that it does last.
    lag:   in lines of its scale: in tick t it makes the lines from scale * t - lag on.
    reads: the values that it reads, with the lines above and below the one that it makes.
    above, below: of a region, the lines beyond that it makes, in lines of its scale.
    writes: whether its lines are the picture's and not a value's.
    """

    name: str
    scale: int
    lag: int
    reads: tuple[tuple[str, int, int], ...]
    above: int = 0
    below: int = 0
    writes: bool = False


@dataclass(frozen=True)
class LineMachine:
    """A Program as a target runs it: stages in order, rings of lines.

    groups: the stages; those of one group, all of one scale, run in turns, line by line.
    rings:  of a value, the array that holds its lines and how many; a value without a ring has
            only the line that its group makes just now.
    delay:  the ticks after the last line.
    """

    groups: tuple[tuple[Stage, ...], ...]
    rings: dict[str, tuple[str, int]]
    delay: int


def simulate(
    machine: LineMachine, program: Program, height: int, region: range | None = None
) -> dict[str, int]:
    """Runs ``machine`` with the numbers of lines for their contents.

    Asserts that each line is there when it is read, and that the picture's lines are written once
    and in order: those of ``region``, of a picture of ``height`` low-resolution lines.

    Returns how many lines of each ring were in use at once.
    """
    region = range(height) if region is None else region
    first = machine.groups[0][0]
    held: dict[str, dict[int, tuple[str, int]]] = {}
    newest: dict[str, int] = {}
    used: dict[str, int] = {}
    written: list[int] = []
    lines = {
        stage.name: range(
            max(region.start * stage.scale - stage.above, 0),
            min(region.stop * stage.scale + stage.below, height * stage.scale),
        )
        for group in machine.groups
        for stage in group
    }

    def read(stage: Stage, y: int, now: dict[str, int]) -> None:
        for name, top, bottom in stage.reads:
            scale = program.step(name).value.scale
            place = y // (stage.scale // scale)
            for row in range(max(place - top, 0), min(place + bottom + 1, scale * height)):
                if name not in machine.rings:
                    assert (stage.scale, top, bottom) == (scale, 0, 0)
                    assert now[name] == row
                    continue
                array, depth = machine.rings[name]
                assert held[array][row % depth] == (name, row)
                used[name] = max(used.get(name, 0), newest[name] - row + 1)

    for tick in range(max(region.start - first.above, 0), region.stop + machine.delay):
        for group in machine.groups:
            now: dict[str, int] = {}
            for turn in range(group[0].scale):
                for stage in group:
                    y = stage.scale * tick - stage.lag + turn
                    if y not in lines[stage.name]:
                        continue
                    read(stage, y, now)
                    newest[stage.name] = y
                    if stage.writes:
                        written.append(y)
                    elif stage.name in machine.rings:
                        array, depth = machine.rings[stage.name]
                        held.setdefault(array, {})[y % depth] = (stage.name, y)
                    else:
                        now[stage.name] = y
    last = machine.groups[-1][-1]
    assert last.writes
    assert written == list(range(region.start * last.scale, region.stop * last.scale))
    return used


def c_machine(plan: Schedule) -> LineMachine:
    """The exported C, as ``srq.export.c.schedule`` lays it out."""
    groups = [[_stage_of(plan.places[name]) for name in part.names] for part in plan.segments]
    rings = {name: (p.member, p.depth) for name, p in plan.places.items() if p.depth}
    return LineMachine(tuple(map(tuple, groups)), rings, plan.delay)


def _stage_of(place: Place) -> Stage:
    step = place.step
    top, bottom, _, _ = padding_of(step.op)
    reads = tuple((source.name, top, bottom) for source in step.sources)
    return Stage(place.name, place.scale, place.lag, reads, writes=isinstance(step.op, Output))


def native_machine(program: Program, lags: Lags) -> LineMachine:
    """The native engine's stages and rings, as the extension tells them."""
    engine = native.Native(program, 1)._engine
    names, output = [op.name for op in program.ops], program.output.name
    groups = []
    for value, scale, lag, above, below, reads in engine.stages():
        name = output if value < 0 else names[value]
        reading = tuple((names[source], top, bottom) for source, top, bottom in reads)
        groups.append((Stage(name, scale, lag, reading, above, below, name == output),))
    rings = {n: (n, depth) for n, depth in zip(names, engine.lines_kept(), strict=True) if depth}
    return LineMachine(tuple(groups), rings, whole(lags[output].lines))
