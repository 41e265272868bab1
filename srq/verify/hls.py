"""The subject ``hls``: the exported kernel's C simulation, on the exact types of the hardware.

It is compiled by the machine's C++ compiler with the open ap_int headers that the Python package
da4ml carries.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.errors import MissingDependencyError
from srq.export import export
from srq.export.hls import Hls
from srq.program import Program, Value
from srq.program.pictures import checked_picture
from srq.verify import Use
from srq.verify.process import (
    Running,
    command_of,
    must_succeed,
    require_compiler,
    run_compiler,
    running,
    write_driver,
)

COMPILER = "CXX"
"""The environment variable that names another compiler, as for make."""

TYPES = "AP_TYPES"
"""The environment variable that names the folder of ap_int.h, as for the export's Makefile."""

_MAX_WIDTH = 4096


@dataclass(frozen=True)
class Build:
    """Which of the kernel's builds is simulated.

    fast:     plain 32-bit integers instead of exact types.
    axilite:  parameters loaded over AXI-Lite instead of constants.
    optimize: the compiler's level.
    """

    fast: bool = False
    axilite: bool = False
    optimize: str = "-O1"

    def flags(self) -> list[str]:
        """The compiler's flags; MissingDependencyError where the exact types are missing."""
        flags = ["-std=c++14", self.optimize, "-w", "-DSRQ_SIMULATION", "-Isim"]
        if sys.platform == "darwin":  # ucontext.h, for the clock
            flags += ["-D_XOPEN_SOURCE=700", "-D_DARWIN_C_SOURCE"]
        flags += ["-DSRQ_FAST"] if self.fast else ["-isystem", str(ap_types())]
        return flags + ["-DSRQ_WEIGHTS_AXILITE"] * self.axilite


def ap_types() -> Path:
    """The folder of ap_int.h; MissingDependencyError where there is none."""
    if named := os.environ.get(TYPES):
        folder = Path(named)
    else:
        spec = find_spec("da4ml")
        package = Path(spec.origin).parent if spec and spec.origin else Path()
        folder = package / "codegen" / "hls" / "source" / "ap_types" / "include"
    if not (folder / "ap_int.h").is_file():
        raise MissingDependencyError(
            "The HLS simulation needs the open ap_int.h, which is not installed;"
            f" pip install da4ml, or name its folder in {TYPES}."
        )
    return folder


class HlsSubject:
    """The simulated kernel as a running process. See ``srq.verify.Subject``."""

    def __init__(self, program: Program, process: Running) -> None:
        self._program = program
        self._process = process

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        return self._run(picture, traced=False)[self._program.output.name][0].astype(
            self._program.output_value.format.dtype
        )

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Every op's tensor."""
        return self._run(picture, traced=True)

    def _run(self, picture: NDArray, *, traced: bool) -> dict[str, NDArray]:
        height, width = checked_picture(picture, self._program).shape
        head = f"{height} {width} {int(traced)}\n"
        self._process.send(head.encode() + picture.astype(np.int32).tobytes())
        found: dict[str, NDArray] = {}
        while (name := self._take(found)) != "picture":
            pass
        tensors = {
            step.op.name: _of_blocks(found[f"S_{step.op.name}"], step.value, height, width)
            for step in self._program.steps[:-1]
            if f"S_{step.op.name}" in found
        }
        tensors[self._program.output.name] = found[name].reshape(
            1, self._program.scale * height, self._program.scale * width
        )
        return tensors

    def _take(self, found: dict[str, NDArray]) -> str:
        """The next stream, put into ``found``; its name."""
        name, count = self._process.read_line().split()
        found[name] = np.frombuffer(self._process.read(4 * int(count)), np.int32)
        return name


@contextmanager
def hls(program: Program, build: Build | None = None) -> Iterator[HlsSubject]:
    """The kernel that ``srq export hls`` writes of ``program``, compiled and running.

    Raises MissingDependencyError where the compiler or its headers are missing, ProgramError
    where the kernel cannot express the Program.
    """
    with tempfile.TemporaryDirectory(prefix="srq-hls-") as folder:
        binary = compiled(program, Path(folder) / "hls", build or Build())
        with running("the simulated kernel", [str(binary)]) as process:
            yield HlsSubject(program, process)


def compiled(program: Program, folder: Path, build: Build) -> Path:
    """The export in ``folder``, and its simulation with a driver compiled to one executable."""
    compiler = command_of(COMPILER) or ("c++",)
    require_compiler(
        compiler[0],
        "The HLS simulation needs a C++ compiler, and there is no {}; install g++ or clang,"
        f" or name yours in {COMPILER}.",
    )
    flags = build.flags()
    export(program, Hls(max_width=_MAX_WIDTH), folder)
    write_driver(folder, "hls_driver.cpp", "driver.cpp")
    command = [*compiler, *flags, "kernel.cpp", "driver.cpp", "-o", "driver"]
    run_compiler(command, folder)
    return folder / "driver"


def hls_uses(program: Program, build: Build | None = None) -> Iterator[Use]:
    """The kernel of the default width, in plain integers: with loaded weights the folder's own
    test bench, with constant ones all pictures after each other."""
    del build  # exact types are what NAME simulates; here another build of the kernel is meant
    compiler = command_of(COMPILER) or ("c++",)
    with tempfile.TemporaryDirectory(prefix="srq-hls-") as name:
        folder = Path(name) / "hls"
        export(program, Hls(), folder)
        write_driver(folder, "hls_driver.cpp", "driver.cpp")
        for main, choice in (
            ("testbench", Build(fast=True, axilite=True)),
            ("driver", Build(fast=True)),
        ):
            sources = ["kernel.cpp", f"{main}.cpp"]
            run_compiler([*compiler, *choice.flags(), *sources, "-o", main], folder)
        must_succeed("the kernel's test bench", [str(folder / "testbench")])
        with running("the simulated kernel as shipped", [str(folder / "driver")]) as process:
            yield Use("as shipped", HlsSubject(program, process), widest=Hls().max_width)


def _of_blocks(lanes: NDArray, value: Value, height: int, width: int) -> NDArray:
    """A value (channels, rows, columns) from its blocks in raster order."""
    blocks = lanes.reshape(height, width, value.channels, value.scale, value.scale)
    return blocks.transpose(2, 0, 3, 1, 4).reshape(value.shape(height, width))
