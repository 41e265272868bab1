"""The core of a Program: its processes, their modules, and when beats come."""

from dataclasses import dataclass, replace
from functools import lru_cache

from srq.export.rtl.datapath import Choices, Module, module
from srq.export.rtl.loading import opened
from srq.export.rtl.ports import core_name
from srq.export.rtl.processes import (
    FLOW_LATENCY,
    LEAST_PITCH,
    OPERAND_LATENCY,
    Process,
    arrivals_of,
    processes_of,
    with_depths,
)
from srq.export.rtl.shape import Shape
from srq.program import Program


@dataclass(frozen=True, eq=False)
class Core:
    """What the top module of a Program is made of.

    modules: the arithmetic of each process, by the process's name.
    """

    program: Program
    shape: Shape
    processes: tuple[Process, ...]
    modules: dict[str, Module]

    def latency(self, columns: int) -> int:
        """Clocks from a picture's first beat in to its first one out, where neither side waits.

        columns: of the low-resolution picture, 1 to ``shape.max_width``.
        """
        shape, program = self.shape, self.program
        beats = -(-columns // shape.pixels)
        arrivals = arrivals_of(program, self.processes, shape)
        last = self.processes[-1].name if self.processes else program.input.name
        clocks = int(arrivals.clocks[last][max(beats, LEAST_PITCH) - LEAST_PITCH])
        return clocks + ((beats - 1) * shape.fold + 2) * shape.has_raster(program.scale)

    def is_exact(self, rows: int, columns: int) -> bool:
        """Whether a picture of this size takes its ``latency``: any but those whose windows come
        to their end before they begin, where a beat takes several clocks."""
        beats = -(-columns // self.shape.pixels)
        most = max((process.window.bottom for process in self.processes), default=0)
        return self.shape.fold == 1 or (beats >= LEAST_PITCH and rows > most)

    def clocks(self, rows: int, columns: int) -> int:
        """Clocks from a picture's first beat in to its last one out, both included; for lines of
        ``LEAST_PITCH`` beats or more that the scale divides where lines go out in raster order."""
        shape, beats = self.shape, -(-columns // self.shape.pixels)
        # The last line leaves in raster order when it is whole.
        last = beats if shape.has_raster(self.program.scale) else (beats - 1) * shape.fold + 1
        return self.latency(columns) + (rows - 1) * beats * shape.fold + last

    def is_steady(self, rows: int, columns: int) -> bool:
        """Whether frames of this size that follow each other take no clock beside their beats."""
        shape, scale = self.shape, self.program.scale
        beats = -(-columns // shape.pixels)
        if beats < LEAST_PITCH or (shape.has_raster(scale) and beats % scale):
            return False
        return all(process.window.bottom < rows - 1 for process in self.processes)


@lru_cache(maxsize=8)
def core_of(program: Program, shape: Shape, choices: Choices) -> Core:
    """The core; making the modules of a large Program takes seconds."""
    found = opened(program) if choices.loadable else processes_of(program)
    modules = {
        process.name: module(process.layer, f"{core_name(program)}_{process.name}_sum", choices)
        for process in found
    }
    timed = [replace(process, latency=_latency(modules[process.name], shape)) for process in found]
    deep = with_depths(program, timed, shape)
    return Core(program, shape, tuple(deep), modules)


def _latency(made: Module, shape: Shape) -> int:
    """Of a layer, from where its operands are offered to where its result is."""
    waits = OPERAND_LATENCY + FLOW_LATENCY if made.free else 0
    return shape.fold - 1 + made.latency + waits
