"""A Program as a streaming kernel for Vitis HLS: a process for each op, AXI4-Stream video."""

import re
from dataclasses import asdict, dataclass

from srq.dataflow import cost_of
from srq.errors import ConfigError
from srq.export.hls import kernel, network
from srq.export.hls.graph import graph_of
from srq.export.hls.readme import readme
from srq.export.hls.sources import hand_written
from srq.export.hls.vectors import vectors
from srq.export.text import symbol
from srq.program import Program

MOST_WIDTH = 16384
MOST_MULTIPLIERS = 1 << 15
MOST_BEAT = 1024
"""Bits of an AXI4-Stream beat, and of the widest integer that the tools take as they come."""

_CLOCK = re.compile(r"[0-9]+(\.[0-9]+)?")
_PART = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Hls:
    """Writes the kernel, its test bench, a Makefile for our C simulation, a script for Vitis HLS.

    max_width: the widest low-resolution line, in pixels; line memories and FIFOs grow with it.
    stages:    how long the pipeline of a process may become; FIFOs are deep enough for it.
    part:      the device in settings.tcl, which run_hls.tcl takes if no other is named.
    clock:     its clock period in nanoseconds.
    """

    max_width: int = 1920
    stages: int = 32
    part: str = "xczu15eg-ffvb1156-2-e"
    clock: str = "4"

    def __post_init__(self) -> None:
        for what, value, most in (
            ("maximum width", self.max_width, MOST_WIDTH),
            ("number of pipeline stages", self.stages, 1024),
        ):
            if type(value) is not int or not 1 <= value <= most:
                raise ConfigError(f"The {what} must be an integer of 1 to {most}, not {value!r}.")
        if not _PART.fullmatch(self.part):
            raise ConfigError(f"A part is written like {Hls.part}, not {self.part!r}.")
        if not _CLOCK.fullmatch(self.clock) or float(self.clock) == 0:
            raise ConfigError(
                f"The clock period is a number of nanoseconds, such as 4, not {self.clock!r}."
            )

    @property
    def name(self) -> str:
        """See ``srq.export.Exporter``."""
        return "hls"

    def check(self, program: Program) -> list[str]:
        """See ``srq.export.Exporter``: every op can be written, but hardware ends somewhere."""
        problems = []
        multipliers = sum(cost_of(program).multipliers.values())
        if multipliers > MOST_MULTIPLIERS:
            problems.append(
                f"a kernel that takes a pixel a clock would need {multipliers} multipliers, and"
                f" no device has more than {MOST_MULTIPLIERS}; use a smaller network."
            )
        bits = program.output_value.format.bits * program.scale**2
        if bits > MOST_BEAT:
            problems.append(
                f"a beat of {program.scale**2} pixels takes {bits} bits, and AXI4-Stream has at"
                f" most {MOST_BEAT} here; use a smaller scale."
            )
        return problems

    def files(self, program: Program) -> dict[str, bytes]:
        """See ``srq.export.Exporter``."""
        graph = graph_of(program, width=self.max_width, stages=self.stages)
        texts = {
            "README.md": readme(program, graph, **asdict(self)),
            "kernel.hpp": kernel.header(program, self.max_width, self.stages),
            "kernel.cpp": kernel.source(program, graph),
            "network.hpp": network.network(program, self.max_width),
            "weights.hpp": network.weights(program),
            "parameters.hpp": network.parameters(program),
            "parameters.txt": network.parameter_file(program),
            "vectors.hpp": vectors(program),
            "settings.tcl": self._settings(program),
        }
        written = {path: text.encode("ascii") for path, text in texts.items()}
        return {**hand_written(), **written}

    def _settings(self, program: Program) -> str:
        return (
            f"# From the program {program.fingerprint}; run_hls.tcl says what may be chosen.\n"
            f"set top {symbol(program)}\n"
            "array set choice {\n"
            f"    part {self.part}\n"
            f"    clock {self.clock}\n"
            "    weights constant\n"
            "    steps csim,csynth,cosim,export\n"
            "}\n"
        )
