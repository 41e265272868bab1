"""The subject ``rtl``: the exported core, simulated by Verilator clock by clock.

Pictures are run at a beat a clock, and must take exactly the clocks that the core is said to take.
They are traced with random waits on both sides.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.export import export
from srq.export.rtl import Rtl
from srq.export.rtl.core import Core
from srq.export.rtl.ports import core_name
from srq.export.rtl.sources import source_folder
from srq.program import Program, Value
from srq.program.pictures import checked_picture
from srq.verify import Use
from srq.verify.process import (
    Running,
    command_of,
    require_compiler,
    run_compiler,
    running,
    write_driver,
)

SIMULATOR = "VERILATOR"
"""The environment variable that names another Verilator."""

WIDEST = 4096

_WAITS = 80
"""Of 256 clocks, in how many a side waits."""


class RtlSubject:
    """The simulated core as a running process. See ``srq.verify.Subject``.

    waits: of 256 clocks, in how many each side waits as pictures are run.
    """

    def __init__(self, core: Core, process: Running, waits: int = 0) -> None:
        self._core = core
        self._program = core.program
        self._process = process
        self._waits = waits
        self._pictures = 0

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture; RuntimeError where its clocks are not those that were said."""
        made, first, _ = self.timed(picture)
        said = self._core.latency(picture.shape[1])
        if not self._waits and self._core.is_exact(*picture.shape) and first != said:
            raise RuntimeError(f"the first beat came after {first} clocks, and not {said}")
        return made

    def timed(self, picture: NDArray) -> tuple[NDArray, int, int]:
        """The upscaled picture, and the clocks from its first beat in to its first and its last
        one out."""
        tensors, (first, last) = self._run(picture, traced=False, waits=self._waits)
        value = self._program.output_value
        return tensors[value.name][0].astype(value.format.dtype), first, last

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Every stream's tensor: all but accumulators that are summed where they are added to, and
        values that only change scale."""
        return self._run(picture, traced=True, waits=_WAITS)[0]

    def _run(
        self, picture: NDArray, *, traced: bool, waits: int
    ) -> tuple[dict[str, NDArray], tuple[int, int]]:
        """The tensors, and the clocks from the first beat in to the first and the last one out."""
        program, self._pictures = self._program, self._pictures + 1
        height, width = checked_picture(picture, program).shape
        head = f"{height} {width} {int(traced)} {waits} {waits} {self._pictures}\n"
        self._process.send(head.encode() + picture.astype(np.int32).tobytes())
        faults, first, last = map(int, self._process.read_line().split())
        found: dict[str, NDArray] = {}
        while self._take(found) != "picture":
            pass
        if faults:
            raise RuntimeError(f"the core found faults with a good frame: {faults:05b}")
        streams = [program.input.name, *(process.name for process in self._core.processes)]
        tensors = {
            name: self._tensor(program.step(name).value, found[str(number)], height, width)
            for number, name in enumerate(streams)
            if str(number) in found
        }
        shape = program.output_value.shape(height, width)
        tensors[program.output.name] = found["picture"].view(np.int32).reshape(shape)
        return tensors, (first, last)

    def _take(self, found: dict[str, NDArray]) -> str:
        """The next stream, put into ``found``; its name."""
        name, count = self._process.read_line().split()
        found[name] = np.frombuffer(self._process.read(4 * int(count)), np.uint32)
        return name

    def _tensor(self, value: Value, words: NDArray, height: int, width: int) -> NDArray:
        """A value (channels, rows, columns) from its beats."""
        pixels = self._core.shape.pixels
        beats = -(-width // pixels)
        planes, fmt = value.channels * value.scale**2, value.format
        if value.is_accumulator:
            made = next(p for p in self._core.processes if p.name == value.name)
            fmt = made.layer.format
        packed = words.reshape(height * beats, -1).view(np.uint8)
        bits = np.unpackbits(packed, axis=1, bitorder="little", count=pixels * planes * fmt.bits)
        lanes = bits.reshape(height, beats * pixels, planes, fmt.bits)[:, :width]
        integers = (lanes.astype(np.int64) << np.arange(fmt.bits)).sum(axis=-1)
        if fmt.signed:
            integers -= (integers >> (fmt.bits - 1)) << fmt.bits
        blocks = integers.reshape(height, width, value.channels, value.scale, value.scale)
        return blocks.transpose(2, 0, 3, 1, 4).reshape(value.shape(height, width))


@contextmanager
def rtl(program: Program) -> Iterator[RtlSubject]:
    """The core that ``srq export rtl`` writes of ``program``, simulated.

    Raises MissingDependencyError where Verilator or a compiler is missing, ProgramError where the
    core cannot express the Program.
    """
    exporter = Rtl(max_width=WIDEST)
    with tempfile.TemporaryDirectory(prefix="srq-rtl-") as folder:
        binary = simulated(program, Path(folder) / "rtl", exporter, traced=True)
        with running("the simulated core", [str(binary)]) as process:
            yield RtlSubject(exporter.core(program), process)


def rtl_uses(program: Program) -> Iterator[Use]:
    """The core at two and four pixels a clock, in raster order and in blocks, with waits."""
    for exporter, waits in (
        (Rtl(pixels_per_clock=2, output="raster", max_width=WIDEST), 0),
        (Rtl(pixels_per_clock=4), _WAITS),
    ):
        name = f"{exporter.pixels_per_clock} pixels a clock, {exporter.output}"
        with tempfile.TemporaryDirectory(prefix="srq-rtl-") as folder:
            binary = simulated(program, Path(folder) / "rtl", exporter)
            with running("the simulated core", [str(binary)]) as process:
                subject = RtlSubject(exporter.core(program), process, waits)
                yield Use(name, subject, widest=exporter.max_width)


def sources_of(folder: Path) -> list[str]:
    """The files of an exported folder."""
    return (folder / "files.f").read_text().split()


def simulated(
    program: Program,
    folder: Path,
    exporter: Rtl,
    *,
    traced: bool = False,
    sources: Callable[[Path], Sequence[str]] = sources_of,
) -> Path:
    """The export in ``folder``, and its simulation compiled to one executable.

    traced:  whether it can show its streams.
    sources: makes of the folder what Verilator reads; by default its files as they are.
    """
    (verilator, *options) = command_of(SIMULATOR) or ("verilator",)
    require_compiler(
        verilator,
        "The simulation of RTL needs Verilator 5, and there is no {}; apt install verilator g++,"
        f" or name yours in {SIMULATOR}.",
    )
    export(program, exporter, folder)
    write_driver(folder, "rtl_driver.cpp", "driver.cpp")
    flags = (
        f"-DSRQ_PIXELS={exporter.pixels_per_clock} -DSRQ_RASTER={int(exporter.output == 'raster')}"
        f" -DSRQ_SCALE={program.scale} -DSRQ_LR_BITS={program.input_value.format.bits}"
        f" -DSRQ_HR_BITS={program.output_value.format.bits}"
    )
    tap = source_folder() / "sim" / "srq_tap.sv"
    command = [
        *(verilator, *options, "--cc", "--exe", "--build", "-j", str(os.cpu_count() or 1)),
        *("-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert"),
        *("-Wno-lint", "-Wno-style", "--prefix", "Vcore", "--top-module", core_name(program)),
        *("-MAKEFLAGS", "OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O0", "-CFLAGS", flags),
        *(["-DSRQ_TAPS", str(tap)] if traced else []),
        *("--Mdir", "build", *sources(folder), "driver.cpp", "-o", "../driver"),
    ]
    run_compiler(command, folder)
    return folder / "driver"
