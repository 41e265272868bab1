"""A Program as a WebAssembly module with what runs it in browsers and in Node."""

import shlex
from dataclasses import dataclass
from importlib import resources

from srq.export.c import C
from srq.export.text import fill, identifier, stamp
from srq.export.wasm.built import shipped
from srq.export.wasm.compiler import CLANG, FLAGS, compiled
from srq.export.wasm.sources import WIDEST, sources
from srq.export.wasm.vector import vector
from srq.program import Program
from srq.stimuli.sets import for_check

MODULE = "network.wasm"

SCRIPTS = ("srq.js", "picture.js", "decode.js", "worker.js", "background.js", "srq-image.js")
"""The same for every Program."""


@dataclass(frozen=True)
class Wasm:
    """Writes ``network.wasm``, the scripts that run it, the element ``<srq-image>`` and a page."""

    name = "wasm"

    def check(self, program: Program) -> list[str]:
        """See ``srq.export.Exporter``: what C cannot hold."""
        return C(WIDEST).check(program)

    def files(self, program: Program) -> dict[str, bytes]:
        """See ``srq.export.Exporter``.

        A module that does not ship is compiled: MissingDependencyError where there is no compiler.
        """
        written = sources(program)
        values = {
            **stamp(program),
            "package": f"srq-{identifier(program).replace('_', '-')}",
            "compile": shlex.join(["clang", *CLANG, *FLAGS]) + f" *.c -o ../{MODULE}",
            "sample_width": program.scale * for_check(program.input.format).picture.shape[1],
            "sample_height": program.scale * for_check(program.input.format).picture.shape[0],
        }
        companions = ("README.md", "package.json", "index.html", "page.js", "check.mjs")
        return {
            MODULE: module(program, written),
            **scripts(),
            **{file: fill(f"wasm/{file}", **values).encode() for file in companions},
            **vector(program),
            **{f"source/{file}": text for file, text in written.items()},
        }


def module(program: Program, written: dict[str, bytes] | None = None) -> bytes:
    """The module alone: the one that ships, or a compiled one.

    Raises MissingDependencyError where there is neither, nor a compiler.
    """
    written = sources(program) if written is None else written
    return shipped(program, written) or compiled(written)


def scripts() -> dict[str, bytes]:
    """The scripts by name, for who serves them beside a module."""
    folder = resources.files("srq.export.wasm") / "web"
    return {name: (folder / name).read_bytes() for name in SCRIPTS}
