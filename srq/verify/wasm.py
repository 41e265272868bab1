"""The subject ``wasm``: what the WebAssembly exporter wrote, run by Node."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.export import export
from srq.export.wasm import Wasm
from srq.program import Program
from srq.program.pictures import checked_picture
from srq.verify import Use
from srq.verify.process import (
    Running,
    command_of,
    must_succeed,
    require_compiler,
    running,
    write_driver,
)

NODE = "NODE"
"""The environment variable that names another Node."""

_STRIP = 40
"""Columns of a strip, so that small pictures have several."""


class WasmSubject:
    """The module in a running Node. See ``srq.verify.Subject``."""

    def __init__(self, program: Program, process: Running) -> None:
        self._program = program
        self._process = process
        self.seconds = 0.0
        """The processor time of the last picture, without what it took to hand it over."""

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        height, width = checked_picture(picture, self._program).shape
        self._process.send(f"{height} {width}\n".encode() + picture.tobytes())
        count, microseconds = map(int, self._process.read_line().split())
        self.seconds = microseconds / 1e6
        dtype = self._program.output_value.format.dtype
        pixels = np.frombuffer(self._process.read(count * dtype.itemsize), dtype)
        return pixels.reshape(-1, self._program.scale * width)

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Nothing: a module shows its result alone."""
        return {}


@contextmanager
def wasm(program: Program) -> Iterator[WasmSubject]:
    """The module that ``srq export wasm`` writes of ``program``, a new one for each picture, which
    it gets in narrow strips.

    Raises MissingDependencyError where Node or, for a module that does not ship, a compiler is
    missing; ProgramError where C cannot hold the Program.
    """
    with _exported(program) as folder, _running(folder, "fresh", str(_STRIP)) as process:
        yield WasmSubject(program, process)


def wasm_uses(program: Program) -> Iterator[Use]:
    """The folder's check, and all pictures in one stream, in strips only where they must be."""
    with _exported(program) as folder:
        must_succeed("the folder's check", [*_node(), str(folder / "check.mjs")])
    with wasm_in_one_stream(program) as subject:
        yield Use("in one stream", subject)


@contextmanager
def wasm_in_one_stream(program: Program) -> Iterator[WasmSubject]:
    """The module as a page runs it: one for all pictures, which are as wide as they are."""
    with _exported(program) as folder, _running(folder, "stream") as process:
        yield WasmSubject(program, process)


@contextmanager
def _exported(program: Program) -> Iterator[Path]:
    node, *_ = _node()
    require_compiler(
        node,
        "The WebAssembly export is run by Node, and there is no {}; apt install nodejs, or name"
        f" yours in {NODE}.",
    )
    with tempfile.TemporaryDirectory(prefix="srq-wasm-") as folder:
        export(program, Wasm(), Path(folder) / "wasm")
        write_driver(Path(folder), "wasm_driver.mjs", "driver.mjs")
        yield Path(folder) / "wasm"


def _running(folder: Path, *arguments: str) -> AbstractContextManager[Running]:
    driver = folder.parent / "driver.mjs"
    return running("the WebAssembly", [*_node(), str(driver), str(folder), *arguments])


def _node() -> tuple[str, ...]:
    return command_of(NODE) or ("node",)
