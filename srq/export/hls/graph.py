"""The processes and streams: who writes which stream, who reads it, how deep its FIFO is.

A stream has one reader, so a value with several is forked. Where paths of different length meet,
the operand that comes first waits in its FIFO. How long is a fact of the Program, as
``srq.dataflow`` has it for machines of blocks, and of the pipelines: each holds back 0 to
``stages`` words more. Of an addition, an operand must wait for the other for as long as the other
lags at worst, less its own lag at best; what both come from lags them alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from srq.dataflow import Grain, Lags, whole
from srq.program import Op, Program

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
        if op == program.output:
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
    lags = Lags(program, grain=Grain.BLOCK, width=width)
    joins = {join.step.op.name: join for join in lags.joins}
    # A word takes a clock through a FIFO.
    waits = waits_of(graph, lags, width=width, pipeline=stages + 1)
    for process in graph.processes:
        if process.name in joins:
            held = joins[process.name].held
            for stream, wait, value in zip(process.reads, waits[process.name], held, strict=True):
                waiting = _towards(value.name, stream)
                waiting.depth = max(waiting.depth, DEPTH + wait)


def waits_of(graph: Graph, lags: Lags, *, width: int, pipeline: int) -> dict[str, tuple[int, int]]:
    """For each process with two streams, how many words may wait in either; negative if none.

    pipeline: the most words that a process, and the FIFO before it, hold back beyond its lag.
              Without any it is the wait that ``lags`` has.
    """
    clocks = {
        process.name: whole(lags.own[process.name].clocks(width)) if process.op else 0
        for process in graph.processes
    }
    waits: dict[str, tuple[int, int]] = {}
    for process in graph.processes:
        if len(process.reads) == 2:
            a, b = (stream.writer for stream in process.reads)
            waits[process.name] = (
                _wait(graph, a, b, clocks, pipeline),
                _wait(graph, b, a, clocks, pipeline),
            )
    return waits


def _wait(
    graph: Graph, own: Process, other: Process, clocks: Mapping[str, int], pipeline: int
) -> int:
    """How many words ``other`` may be behind ``own``: at worst of its pipelines, and at best of
    ``own``'s."""
    leads = _leads(graph, own, clocks)
    behind: dict[str, int] = {}
    for process in graph.processes:
        bounds: list[int] = []
        if process.name in leads:
            # What ``own`` comes from leads it by so much, whatever the pipelines.
            bounds.append(-leads[process.name])
        if process.reads:
            before = max(behind[stream.writer.name] for stream in process.reads)
            bounds.append(before + clocks[process.name] + pipeline)
        behind[process.name] = min(bounds)
    return behind[other.name]


def _leads(graph: Graph, last: Process, clocks: Mapping[str, int]) -> dict[str, int]:
    """By how many words each process from which ``last`` comes leads it, with no pipelines."""
    far = {last.name: 0}
    for process in reversed(graph.processes):
        if process.name in far:
            for stream in process.reads:
                writer = stream.writer.name
                far[writer] = max(far.get(writer, 0), far[process.name] + clocks[process.name])
    return far


def _towards(value: str, stream: Stream) -> Stream:
    """Where to hold ``stream`` back: as near to ``value`` as it has no other reader."""
    while stream.value != value and len(stream.writer.writes) == 1:
        stream = stream.writer.reads[0]
    return stream
