"""The subject ``c``: what the C exporter wrote, compiled by the machine's compiler and run.

It runs as a process of its own that takes picture after picture, so a crash is told and not
shared, and a cross-compiled program runs under an emulator just as well.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.errors import MissingDependencyError
from srq.export import export
from srq.export.c import C
from srq.export.text import symbol
from srq.program import Program
from srq.program.pictures import checked_picture

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
    flags:    beside ``-std=c99``.
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
        return self.compiler or tuple(shlex.split(os.environ.get(COMPILER, ""))) or ("cc",)


FAST = Build(flags=("-O3", "-march=native"), traced=False)
"""As fast as C99 gets on this machine: what benchmarks time."""


class CSubject:
    """The exported C as a running process. See ``srq.verify.Subject``."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        self._program = program
        self._process = process
        self.seconds = 0.0
        """The processor time of the last picture, without what it took to hand it over."""

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        return self._run(picture, {})

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Every op's tensor."""
        tensors: dict[str, NDArray] = {}
        for step in self._program.steps:
            # What is never told must not look as if it were zero everywhere.
            shape = step.value.shape(*picture.shape)
            tensors[step.op.name] = np.full(shape, -(2**40), np.int64)
        result = self._run(picture, tensors)
        tensors[self._program.output.name] = result[np.newaxis].astype(np.int64)
        return tensors

    def _run(self, picture: NDArray, tensors: dict[str, NDArray]) -> NDArray:
        height, width = checked_picture(picture, self._program).shape
        given = self._process.stdin
        assert given is not None
        try:
            given.write(f"{height} {width} {int(bool(tensors))}\n".encode() + picture.tobytes())
            given.flush()
        except BrokenPipeError:
            self._died()
        while True:
            op, row, x, n, channels, kind, time = np.frombuffer(self._read(4 * _FIELDS), np.int32)
            if op < 0:
                break
            integers = np.frombuffer(
                self._read(int(channels) * int(n) * _TYPES[kind]().itemsize), _TYPES[kind]
            )
            name = self._program.ops[op].name
            tensors[name][:, row, x : x + n] = integers.reshape(channels, n)
        if n < 0:
            raise RuntimeError(f"the exported C gave the error {n} for {height}x{width} pixels")
        self.seconds = float(time) / 1e6
        dtype = self._program.output_value.format.dtype
        pixels = np.frombuffer(self._read(int(n) * dtype.itemsize), dtype)
        return pixels.reshape(-1, self._program.scale * width)

    def _read(self, size: int) -> bytes:
        assert self._process.stdout
        data = self._process.stdout.read(size)
        if len(data) < size:
            self._died()
        return data

    def _died(self) -> None:
        code = self._process.wait()
        assert self._process.stderr
        said = self._process.stderr.read().decode(errors="replace").strip()
        raise RuntimeError(f"the exported C ended with code {code}: {said or 'no word'}")


@contextmanager
def c(program: Program, build: Build | None = None) -> Iterator[CSubject]:
    """The C that ``srq export c`` writes of ``program``, compiled and running.

    Raises MissingDependencyError where there is no compiler, ProgramError where C cannot hold it.
    """
    build = build or Build()
    with tempfile.TemporaryDirectory(prefix="srq-c-") as folder:
        binary = compiled(program, Path(folder), build)
        command, pipe = [*build.runner, str(binary)], subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        try:
            yield CSubject(program, process)
        finally:
            process.kill()
            for end in (process.stdin, process.stdout, process.stderr):
                assert end is not None
                with suppress(BrokenPipeError):  # what a dead process no longer took
                    end.close()
            process.wait()


def compiled(program: Program, folder: Path, build: Build) -> Path:
    """The exported C and a driver, written into ``folder`` and compiled to one executable."""
    compiler, *rest = build.command
    if shutil.which(compiler) is None:
        raise MissingDependencyError(
            f"The C export needs a C compiler, and there is no {compiler!r}; install gcc or clang,"
            f" or name yours in {COMPILER}."
        )
    export(program, C(), folder / "c")
    driver = folder / "driver.c"
    driver.write_bytes((resources.files("srq.verify") / "c_driver.c").read_bytes())
    name = symbol(program)
    prefix = name.upper()
    macros = [f"NAME={name}", f"PREFIX={prefix}", f"{prefix}_MAX_WIDTH={_MAX_WIDTH}"]
    if build.traced:
        macros += [f"{prefix}_TRACE=trace", "TRACED", f"{prefix}_BLOCK={_BLOCK}"]
    command = [
        *(compiler, *rest, "-std=c99", *build.flags, *shlex.split(os.environ.get(FLAGS, ""))),
        *(f"-D{macro}" for macro in macros),
        *("-include", f"c/{name}.h", "driver.c", f"c/{name}.c", "-o", "driver"),
    ]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {made.stderr.strip()}")
    return folder / "driver"


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
