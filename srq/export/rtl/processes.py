"""The processes and streams of the core: who reads which stream, through which window, and when.

A stream carries a value of the Program in blocks of one low-resolution pixel (``Planes``), some
pixels a beat. Only ops with arithmetic are processes. Changes of scale are wires, and an
accumulator that only an Add reads is summed where the Add is. When a beat comes, in clocks, is
exact where neither side ever waits: ``srq cost`` says it, and FIFOs are as deep as that takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from srq.dataflow import Grain, Reach, window_of
from srq.dataflow.planes import Planes
from srq.export.rtl.datapath.layer import Layer, Port, width_of
from srq.export.rtl.shape import Shape
from srq.fixed.intervals import Interval
from srq.program import Add, Conv, Op, Output, Program, Requantize, Step

LEAST_PITCH = 3
"""Clocks that the shortest line takes in a line memory."""

IN_LATENCY = 1
"""Clocks that a beat waits in the registers behind the core's entry."""

FIFO_LATENCY = 3

OPERAND_LATENCY = 1
"""Clocks that the operands of a layer that is never held up wait in registers."""

FLOW_LATENCY = 1
"""Clocks that its results wait in the memory behind it."""

SPARE = 2
"""Words that a FIFO has beyond those that wait."""

ONE = Reach(0, 0, 0, 0)
"""The window of an op that sees one pixel."""


@dataclass(frozen=True, eq=False)
class Read:
    """A stream that a process reads.

    value: the op whose value it carries.
    depth: of the FIFO in which it waits for the other one, in words; 0 for none.
    """

    value: str
    depth: int = 0


@dataclass(frozen=True, eq=False)
class Process:
    """A layer, and the streams that it reads: ``x`` through ``window``, then ``skip``, if any.

    latency: of the layer's pipeline, in clocks, from where a beat is offered to it.
    """

    layer: Layer
    reads: tuple[Read, ...]
    window: Reach
    latency: int = 0

    @property
    def name(self) -> str:
        """The op that gives its result, and the stream that it writes."""
        return self.layer.name

    @property
    def has_window(self) -> bool:
        """Whether it sees more than one pixel."""
        return self.window != ONE


@dataclass(frozen=True, eq=False)
class Arrivals:
    """When the first beat of each stream comes, in clocks after the picture's first one is taken.

    clocks: by the stream's name, for every pitch of ``pitches``; of the output, what leaves.
    """

    pitches: NDArray[np.int64]
    clocks: dict[str, NDArray[np.int64]]


def processes_of(program: Program) -> list[Process]:
    """The processes in the Program's order, each after those that it reads; latencies are 0."""
    planes = Planes(program)
    readers = _readers(program, planes)
    found: dict[str, Process] = {}
    for step in program.steps:
        match step.op:
            case Conv():
                found[step.op.name] = _conv(program, planes, step)
            case Add():
                name = _summed_there(program, planes, readers, step)
                before = found.pop(name) if name else None
                found[step.op.name] = _add(program, planes, step, before)
            case Requantize():
                found[step.op.name] = _pointwise(program, planes, step)
    return list(found.values())


def arrivals_of(program: Program, processes: Sequence[Process], shape: Shape) -> Arrivals:
    """When beats come, for lines of up to ``shape.max_beats`` beats."""
    pitches = np.arange(LEAST_PITCH, shape.max_beats + 1, dtype=np.int64)
    clocks = {program.input.name: np.full_like(pitches, IN_LATENCY)}
    for process in processes:
        comes = clocks[process.reads[0].value]
        if process.has_window:
            window = process.window
            beats = window.bottom * pitches + -(-window.right // shape.pixels)
            comes = comes + beats * shape.fold + 1
        for read, own in zip(process.reads, (comes, *_others(process, clocks)), strict=True):
            comes = np.maximum(comes, own + FIFO_LATENCY * (read.depth > 0))
        clocks[process.name] = comes + process.latency
    return Arrivals(pitches, clocks)


def with_depths(program: Program, processes: Sequence[Process], shape: Shape) -> list[Process]:
    """The processes with FIFOs as deep as it takes where two streams meet."""
    done: list[Process] = []
    for process in processes:
        if len(process.reads) == 2:
            alone = replace(process, reads=process.reads[:1], latency=0)
            clocks = arrivals_of(program, [*done, alone], shape).clocks
            x, skip = clocks[process.name], clocks[process.reads[1].value]
            waits = [-(-int(wait.max()) // shape.fold) for wait in (skip - x, x - skip)]
            reads = tuple(
                replace(read, depth=wait + SPARE if wait > 0 else 0)
                for read, wait in zip(process.reads, waits, strict=True)
            )
            process = replace(process, reads=reads)
        done.append(process)
    return done


def _others(process: Process, clocks: dict[str, NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    return [clocks[read.value] for read in process.reads[1:]]


def _readers(program: Program, planes: Planes) -> dict[str, list[Op]]:
    """Who reads each stream, a process or the Output; an Add of it and itself twice."""
    readers: dict[str, list[Op]] = {step.op.name: [] for step in program.steps}
    for step in program.steps:
        if isinstance(step.op, Conv | Add | Requantize | Output):
            for source in step.sources:
                readers[planes.views[source.name].base].append(step.op)
    return readers


def _summed_there(
    program: Program, planes: Planes, readers: dict[str, list[Op]], step: Step
) -> str:
    """The convolution whose accumulator only this Add reads, each channel once; or none."""
    for source in step.sources:
        view = planes.views[source.name]
        made = program.step(view.base)
        if (
            isinstance(made.op, Conv)
            and made.value.is_accumulator
            and readers[view.base] == [step.op]
            and len(view.planes) == len(set(view.planes)) == planes.count(view.base)
        ):
            return view.base
    return ""


def _conv(program: Program, planes: Planes, step: Step) -> Process:
    taps, window = planes.taps[step.op.name], window_of(step, Grain.BLOCK)
    assert isinstance(step.op, Conv)
    count, outputs = planes.count(taps.base), planes.count(step.op.name)
    matrix = np.zeros((outputs, window.rows * window.columns * count), np.int64)
    place = (taps.dy + window.top) * window.columns + taps.dx + window.left
    np.add.at(matrix, (taps.out, place * count + taps.plane), taps.weight)
    bias = np.zeros(step.op.out_channels, np.int64) if step.op.bias is None else step.op.bias
    port = _port(program, planes, taps.base, "x", window.rows * window.columns)
    layer = _layer(program, step, (port,), matrix, _per_plane(bias, step))
    return Process(layer, (Read(taps.base),), window)


def _add(program: Program, planes: Planes, step: Step, before: Process | None) -> Process:
    """The process of an Add: by itself, or of the convolution ``before`` whose sum it adds to."""
    if before is None:
        return _pointwise(program, planes, step)
    mine = next(n for n in (0, 1) if planes.views[step.sources[n].name].base == before.name)
    view = planes.views[step.sources[1 - mine].name]
    order = planes.views[step.sources[mine].name].planes
    matrix = before.layer.matrix[order] << step.aligns[mine]
    bias = before.layer.bias[order] << step.aligns[mine]
    skip = _selection(view.planes, planes.count(view.base)) << step.aligns[1 - mine]
    ports, reads = before.layer.ports, before.reads
    if view.base == before.reads[0].value:  # the window has the pixel itself
        window = before.window
        middle = (window.top * window.columns + window.left) * planes.count(view.base)
        matrix[:, middle : middle + planes.count(view.base)] += skip
    else:
        matrix = np.hstack([matrix, skip])
        ports = (*ports, _port(program, planes, view.base, "skip"))
        reads = (*reads, Read(view.base))
    return Process(_layer(program, step, ports, matrix, bias), reads, before.window)


def _pointwise(program: Program, planes: Planes, step: Step) -> Process:
    """An Add or a Requantize by itself."""
    aligns = step.aligns or (0,)
    parts: dict[str, NDArray[np.int64]] = {}
    for source, align in zip(step.sources, aligns, strict=True):
        view = planes.views[source.name]
        part = _selection(view.planes, planes.count(view.base)) << align
        parts[view.base] = parts.get(view.base, 0) + part
    ports = tuple(
        _port(program, planes, base, name) for base, name in zip(parts, ("x", "skip"), strict=False)
    )
    matrix = np.hstack([*parts.values()])
    layer = _layer(program, step, ports, matrix, np.zeros(len(matrix), np.int64))
    return Process(layer, tuple(map(Read, parts)), ONE)


def _layer(
    program: Program,
    step: Step,
    ports: tuple[Port, ...],
    matrix: NDArray[np.int64],
    bias: NDArray[np.int64],
) -> Layer:
    """The layer; left shifts go into the matrix."""
    shifts = _per_plane(np.array(step.shifts, np.int64), step)
    left, right = np.maximum(-shifts, 0), np.maximum(shifts, 0)
    return Layer(
        step.op.name,
        ports,
        matrix << left[:, np.newaxis],
        bias << left,
        tuple(int(n) for n in right),
        width_of(program, step.value),
    )


def _per_plane(by_channel: NDArray[np.integer], step: Step) -> NDArray[np.int64]:
    return np.repeat(by_channel.astype(np.int64), step.value.scale**2)


def _selection(planes: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The matrix (planes, count) that takes these planes of ``count``."""
    return (planes[:, np.newaxis] == np.arange(count)).astype(np.int64)


def _port(program: Program, planes: Planes, base: str, name: str, taps: int = 1) -> Port:
    """The port of a stream, or of a window of so many of its pixels."""
    value = program.step(base).value
    found = program.ranges.values[base]
    lo, hi = (np.repeat(end, value.scale**2) for end in (found.lo, found.hi))
    if taps > 1:
        lo, hi = np.minimum(lo, 0), np.maximum(hi, 0)
    return Port(name, width_of(program, value), Interval(np.tile(lo, taps), np.tile(hi, taps)))
