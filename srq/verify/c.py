"""The subject ``c``: what the C exporter wrote, compiled by the machine's compiler and run."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.export import export
from srq.export.c import C
from srq.export.text import symbol
from srq.program import Program
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

COMPILER = "CC"
"""The environment variable that names another compiler, as for make."""

FLAGS = "SRQ_VERIFY_CFLAGS"
"""The environment variable with more flags, such as ``-fsanitize=address,undefined``."""

_FIELDS = 7
_TYPES = (np.int16, np.uint16, np.int32)
_MAX_WIDTH = 4096
_BLOCK = 40
"""Narrower than it ships, so that small pictures have several blocks."""


@dataclass(frozen=True)
class Build:
    """How the exported C is compiled and run.

    compiler: its command; empty: ``CC`` of the environment, else ``cc``.
    flags:    in addition to ``-std=c99``.
    runner:   the emulator's command, if one is needed.
    traced:   whether the tensors between the ops can be seen.
    """

    compiler: tuple[str, ...] = ()
    flags: tuple[str, ...] = ("-O1",)
    runner: tuple[str, ...] = ()
    traced: bool = True

    @property
    def command(self) -> tuple[str, ...]:
        """The compiler that is used."""
        return self.compiler or command_of(COMPILER) or ("cc",)


FAST = Build(flags=("-O3", "-march=native"), traced=False)
"""As fast as C99 gets on this machine: what benchmarks time."""


class CSubject:
    """The exported C as a running process. See ``srq.verify.Subject``."""

    def __init__(self, program: Program, process: Running, *, traced: bool) -> None:
        self._program = program
        self._process = process
        self._traced = traced
        self.seconds = 0.0
        """The processor time of the last picture, without what it took to hand it over."""

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        return self._run(picture, {})

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Every op's tensor; nothing of what was built without a trace."""
        if not self._traced:
            return {}
        tensors: dict[str, NDArray] = {}
        for step in self._program.steps:
            # A tensor that never comes must not look as if it were zero everywhere.
            shape = step.value.shape(*picture.shape)
            tensors[step.op.name] = np.full(shape, -(2**40), np.int64)
        result = self._run(picture, tensors)
        tensors[self._program.output.name] = result[np.newaxis].astype(np.int64)
        return tensors

    def _run(self, picture: NDArray, tensors: dict[str, NDArray]) -> NDArray:
        height, width = checked_picture(picture, self._program).shape
        head = f"{height} {width} {int(bool(tensors))}\n"
        self._process.send(head.encode() + picture.tobytes())
        read = self._process.read
        while True:
            op, row, x, n, channels, kind, time = np.frombuffer(read(4 * _FIELDS), np.int32)
            if op < 0:
                break
            integers = np.frombuffer(
                read(int(channels) * int(n) * _TYPES[kind]().itemsize), _TYPES[kind]
            )
            name = self._program.ops[op].name
            tensors[name][:, row, x : x + n] = integers.reshape(channels, n)
        if n < 0:
            raise RuntimeError(f"the exported C gave the error {n} for {height}x{width} pixels")
        self.seconds = float(time) / 1e6
        dtype = self._program.output_value.format.dtype
        pixels = np.frombuffer(read(int(n) * dtype.itemsize), dtype)
        return pixels.reshape(-1, self._program.scale * width)


@contextmanager
def c(program: Program, build: Build | None = None) -> Iterator[CSubject]:
    """The C that ``srq export c`` writes of ``program``, compiled and running.

    Raises MissingDependencyError where there is no compiler, ProgramError where C cannot hold it.
    """
    build = build or Build()
    with tempfile.TemporaryDirectory(prefix="srq-c-") as folder:
        binary = compiled(program, Path(folder), build)
        with running("the exported C", [*build.runner, str(binary)]) as process:
            yield CSubject(program, process, traced=build.traced)


def compiled(program: Program, folder: Path, build: Build) -> Path:
    """The exported C and a driver, written into ``folder`` and compiled to one executable."""
    compiler, *rest = build.command
    require_compiler(
        compiler,
        "The C export needs a C compiler, and there is no {}; install gcc or clang,"
        f" or name yours in {COMPILER}.",
    )
    export(program, C(), folder / "c")
    write_driver(folder, "c_driver.c", "driver.c")
    name = symbol(program)
    prefix = name.upper()
    macros = [f"NAME={name}", f"PREFIX={prefix}", f"{prefix}_MAX_WIDTH={_MAX_WIDTH}"]
    if build.traced:
        macros += [f"{prefix}_TRACE=trace", "TRACED", f"{prefix}_BLOCK={_BLOCK}"]
    command = [
        *(compiler, *rest, "-std=c99", *build.flags, *command_of(FLAGS)),
        *(f"-D{macro}" for macro in macros),
        *("-include", f"c/{name}.h", "driver.c", f"c/{name}.c", "-o", "driver"),
    ]
    run_compiler(command, folder)
    return folder / "driver"


SHIPPED = ("-O3",)
"""The flags that the folder's Makefile takes by default."""


def c_uses(program: Program, build: Build | None = None) -> Iterator[Use]:
    """The exported C untraced, with the Makefile's flags and the macros' defaults: the folder's
    own test, every error, and all pictures in one stream."""
    build = build or Build()
    with tempfile.TemporaryDirectory(prefix="srq-c-") as folder:
        test, driver = _shipped(program, Path(folder), build)
        must_succeed("the folder's test", [*build.runner, str(test)])
        must_succeed("the exported C", [*build.runner, str(driver), "errors"])
        command = [*build.runner, str(driver), "stream"]
        with running("the exported C in a stream", command) as process:
            subject = CSubject(program, process, traced=False)
            yield Use("as shipped, in one stream", subject, widest=C().max_width)


def _shipped(program: Program, folder: Path, build: Build) -> tuple[Path, Path]:
    """The folder's test and the driver, with the network compiled as its Makefile does it."""
    export(program, C(), folder / "c")
    write_driver(folder, "c_driver.c", "driver.c")
    name = symbol(program)
    compiler = [*build.command, "-std=c99", *SHIPPED, *command_of(FLAGS)]
    run_compiler([*compiler, "-c", f"c/{name}.c", "-o", "network.o"], folder)
    macros = [f"-DNAME={name}", f"-DPREFIX={name.upper()}", "-include", f"c/{name}.h"]
    for binary, source in (("test", ["c/test.c"]), ("driver", [*macros, "driver.c"])):
        run_compiler([*compiler, *source, "network.o", "-o", binary], folder)
    return folder / "test", folder / "driver"


def seconds_of_frame(
    program: Program, picture: NDArray, build: Build = FAST, *, frames: int = 5
) -> float:
    """The processor time of one thread for ``picture``: the least of ``frames`` runs."""
    with c(program, build) as subject:
        times = []
        for _ in range(frames):
            subject.run(picture)
            times.append(subject.seconds)
    return min(times)
