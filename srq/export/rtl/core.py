"""The core of a Program: its processes, their modules, and when beats come."""

from dataclasses import dataclass, replace
from functools import lru_cache

from srq.export.rtl.datapath import Choices, Module, module
from srq.export.rtl.network import Shape, core_name
from srq.export.rtl.processes import (
    LEAST_PITCH,
    Process,
    arrivals_of,
    processes_of,
    with_depths,
)
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
        arrivals = arrivals_of(program, self.processes, shape.pixels, shape.max_beats)
        last = self.processes[-1].name if self.processes else program.input.name
        clocks = int(arrivals.clocks[last][max(beats, LEAST_PITCH) - LEAST_PITCH])
        return clocks + (beats + 1) * shape.has_raster(program.scale)

    def clocks(self, rows: int, columns: int) -> int:
        """Clocks from a picture's first beat in to its last one out, both included; for lines of
        ``LEAST_PITCH`` beats or more that the scale divides where lines go out in raster order."""
        return self.latency(columns) + rows * -(-columns // self.shape.pixels)


@lru_cache(maxsize=8)
def core_of(program: Program, shape: Shape, choices: Choices) -> Core:
    """The core; making the modules of a large Program takes seconds."""
    found = processes_of(program)
    modules = {
        process.name: module(process.layer, f"{core_name(program)}_{process.name}_sum", choices)
        for process in found
    }
    timed = [replace(process, latency=modules[process.name].latency) for process in found]
    deep = with_depths(program, timed, shape.pixels, shape.max_beats)
    return Core(program, shape, tuple(deep), modules)
