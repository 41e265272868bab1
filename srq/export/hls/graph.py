"""The dataflow graph: which process writes which stream, who reads it, how deep its FIFO is.

A stream has one reader, so a value with several is forked. Where paths of different length meet,
the operand that comes first waits in its FIFO; how long is known from the paddings:

    A convolution makes a pixel once it has read ``below`` lines and ``after`` pixels beyond it.
    So it lags by below * width + after pixels, and by the stages of its pipeline, 0 to
    ``stages`` clocks. Of an addition, an operand must wait for the other for as long as the
    other lags at worst behind the last process from which both come, less its own lag at best.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from srq.export.hls.blocks import reach_of_blocks
from srq.program import Conv, NearestUpsample, Op, Output, Program

DEPTH = 2
"""Of a FIFO in which nothing waits: enough for a word a clock."""


@dataclass
class Stream:
    """A FIFO between two processes that carries the value ``value``.

    depth:   in words.
    reader:  the op that reads it, or the fork.
    """

    name: str
    value: str
    writer: "Process"
    depth: int = DEPTH
    reader: str = ""


@dataclass
class Process:
    """An op, or a fork (``op`` is None); its streams in order."""

    name: str
    op: Op | None
    reads: list[Stream] = field(default_factory=list)
    writes: list[Stream] = field(default_factory=list)


@dataclass(frozen=True)
class Graph:
    """All processes in an order in which each comes after those it reads from."""

    processes: tuple[Process, ...]

    @property
    def streams(self) -> list[Stream]:
        """All streams, in the order in which they are written."""
        return [stream for process in self.processes for stream in process.writes]


def graph_of(program: Program, *, width: int, stages: int) -> Graph:
    """The graph for lines of at most ``width`` pixels and pipelines of at most ``stages``."""
    readers: dict[str, list[tuple[str, str]]] = {op.name: [] for op in program.ops}
    for op in program.ops:
        for index, source in enumerate(op.sources):
            twice = op.sources.count(source) > 1
            readers[source].append((op.name, f"{op.name}_{'AB'[index]}" if twice else op.name))
    free: dict[str, list[Stream]] = {}
    processes: list[Process] = []
    for op in program.ops:
        process = Process(op.name, op)
        for source in op.sources:
            place = next(n for n, s in enumerate(free[source]) if s.reader == op.name)
            process.reads.append(free[source].pop(place))
        processes.append(process)
        if isinstance(op, Output):
            break
        free[op.name] = _branches(process, readers[op.name], processes)
    graph = Graph(tuple(processes))
    _set_depths(graph, program, width, stages)
    return graph


def _branches(
    process: Process, readers: list[tuple[str, str]], processes: list[Process]
) -> list[Stream]:
    """A stream for each of the readers (op, label): the value's own, or the ends of its forks."""
    value = process.name
    stream = Stream(f"S_{value}", value, process)
    process.writes.append(stream)
    ends: list[Stream] = []
    for number, (reader, label) in enumerate(readers[:-1]):
        fork = Process(f"fork {value} {number}", None, [stream])
        stream.reader = fork.name
        end = Stream(f"S_{value}_TO_{label}", value, fork, reader=reader)
        last = number == len(readers) - 2
        rest = readers[-1][1] if last else f"FORK_{number + 1}"
        stream = Stream(f"S_{value}_TO_{rest}", value, fork)
        fork.writes += [end, stream]
        processes.append(fork)
        ends.append(end)
    stream.reader = readers[-1][0]
    return [*ends, stream]


def _set_depths(graph: Graph, program: Program, width: int, stages: int) -> None:
    lags = {process.name: _lag(process, program, width) for process in graph.processes}
    for process in graph.processes:
        if len(process.reads) == 2:
            for own, other in (process.reads, process.reads[::-1]):
                wait = _wait(graph, own.writer, other.writer, lags, stages)
                waiting = _before_upsampling(own)
                waiting.depth = max(waiting.depth, DEPTH + wait)


def _lag(process: Process, program: Program, width: int) -> int:
    """By how many pixels a process lags, whatever its pipeline."""
    if not isinstance(process.op, Conv):
        return 0
    reach = reach_of_blocks(process.op, program.step(process.name).value.scale)
    return reach.below * width + reach.after


def _wait(graph: Graph, own: Process, other: Process, lags: Mapping[str, int], stages: int) -> int:
    """By how many words ``own`` can be ahead of ``other``; negative if it never is."""
    ahead = _lags_to(graph, own, lags)
    behind: dict[str, int] = {}
    for process in graph.processes:
        if process.name in ahead:
            # Up to a process from which both come, they are one.
            behind[process.name] = -ahead[process.name]
        elif process.reads:
            before = max(behind[stream.writer.name] for stream in process.reads)
            # A word takes a clock through a FIFO.
            behind[process.name] = before + lags[process.name] + stages + 1
    return behind[other.name]


def _lags_to(graph: Graph, last: Process, lags: Mapping[str, int]) -> dict[str, int]:
    """How far ``last`` lags behind each process it comes from, with the shortest pipelines."""
    far = {last.name: 0}
    for process in reversed(graph.processes):
        if process.name in far:
            for stream in process.reads:
                writer = stream.writer.name
                far[writer] = max(far.get(writer, 0), far[process.name] + lags[process.name])
    return far


def _before_upsampling(stream: Stream) -> Stream:
    """Where to hold ``stream`` back: a pixel that is repeated is held before it is."""
    while isinstance(stream.writer.op, NearestUpsample) and len(stream.writer.writes) == 1:
        stream = stream.writer.reads[0]
    return stream
