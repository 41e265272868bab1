"""Exporters: ways to write a Program out for another world, each an exact copy of its meaning.

Every exporter is named once in ``EXPORTERS``. A new one is a file and a line there
(docs/design/add-an-exporter.md); ``srq verify`` then runs what it wrote against the reference.
"""

from pathlib import Path
from typing import Any, Protocol

from srq.callable_package import make_callable
from srq.errors import ProgramError
from srq.export.folder import Manifest, check_free, write_folder
from srq.program import Program
from srq.registry import Entry, Registry


class Exporter(Protocol):
    """Makes the files that stand for a Program in some other language.

    An exporter is a frozen dataclass; its fields are the user's choices (a kind, a maximum
    width) and have defaults. name is its name in ``EXPORTERS``.
    """

    @property
    def name(self) -> str:
        """The exporter's name in ``EXPORTERS``."""
        ...

    def check(self, program: Program) -> list[str]:
        """Why it cannot write ``program`` exactly, a sentence for each reason; none: it can."""
        ...

    def files(self, program: Program) -> dict[str, bytes]:
        """The files by their paths in the folder, for a Program that ``check`` finds nothing in.

        The same Program and choices give the same bytes on every machine, unless a compiler made
        them. Each file that can hold a comment names the Program's fingerprint.
        """
        ...


EXPORTERS = Registry(
    "exporter",
    {
        "c": Entry("srq.export.c:C", "self-contained C99 that takes and gives lines of luma"),
        "onnx": Entry(
            "srq.export.onnx.exporter:Onnx",
            "an ONNX model: exact, float or QONNX",
            get="pip install 'srq[onnx]'",
        ),
        "hls": Entry("srq.export.hls:Hls", "a streaming C++ kernel for Vitis HLS"),
        "rtl": Entry("srq.export.rtl:Rtl", "a SystemVerilog core for FPGAs and ASICs"),
        "glsl": Entry("srq.export.glsl:Glsl", "a shader for mpv and libplacebo"),
        "wasm": Entry("srq.export.wasm:Wasm", "WebAssembly for web pages and Node"),
        "vectors": Entry(
            "srq.export.vectors:Vectors", "pictures and every tensor, for test benches"
        ),
    },
)
"""Every exporter by name; an entry makes one from its choices, by keyword."""


def open_exporter(name: str, **choices: Any) -> Exporter:
    """The exporter of that name with the user's choices.

    Raises ConfigError for an unknown name, MissingDependencyError where it cannot be imported.
    """
    return EXPORTERS.load(name)(**choices)


def export(
    program: Program, exporter: Exporter | str, folder: Path | str, **choices: Any
) -> Manifest:
    """Write ``program`` into ``folder``, which must be missing or empty, whole or not at all.

    ``exporter`` is one of ``EXPORTERS``, by its name and with the ``choices`` that are its fields,
    or ready-made: ``export(program, "c", "kim-c")``.

    Raises ProgramError with the first reason if the exporter cannot write it exactly,
    StorageError where the folder holds something or the file system refuses, and what
    ``open_exporter`` raises.
    """
    check_free(folder)  # first, as making the files may take its time
    if isinstance(exporter, str):
        exporter = open_exporter(exporter, **choices)
    elif choices:
        raise TypeError(f"the exporter is made already; give it {', '.join(choices)} before")
    problems = exporter.check(program)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ProgramError(
            f"This program cannot be written as {exporter.name}: {problems[0].rstrip('.')}{more}."
        )
    return write_folder(folder, exporter.name, program.fingerprint, exporter.files(program))


make_callable(__name__)
