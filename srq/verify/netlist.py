"""The subject ``netlist``: the exported core as Yosys synthesizes it for UltraScale+, simulated.

The core becomes a netlist of lookup tables, carry chains and registers, each layer a module of it.
Memories stay what they are: what a block RAM does is not simulated. Verilator runs the netlist with
Yosys' own models of these primitives.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from srq.export.rtl import Rtl
from srq.export.rtl.core import Core
from srq.export.rtl.ports import core_name
from srq.export.rtl.synthesis import reading, synthesis
from srq.program import Program
from srq.verify.process import running
from srq.verify.rtl import WIDEST, RtlSubject, simulated
from srq.verify.yosys import models, run_yosys

TARGET = "xilinx"

_FLAGS = ("-Wno-INITIALDLY", "-Wno-UNOPTFLAT")
"""Yosys' models set their registers first by <=, and a carry chain is one word, whose bits follow
each other."""


@contextmanager
def netlist(program: Program, kept: Path | None = None) -> Iterator[RtlSubject]:
    """The netlist of the core that ``srq export rtl`` writes of ``program``, simulated.

    kept: a file with the netlist; where there is none it is written, and can be taken again.

    Raises MissingDependencyError where Yosys, Verilator or a compiler is missing, ProgramError
    where the core cannot express the Program.
    """
    primitives = models(TARGET)
    exporter = Rtl(target=TARGET, max_width=WIDEST)
    core = exporter.core(program)

    def sources(folder: Path) -> Sequence[str]:
        path = (kept or folder / "netlist.v").resolve()
        if not path.exists():
            synthesize(core, folder, path)
        return [*_FLAGS, str(path), str(primitives)]

    with tempfile.TemporaryDirectory(prefix="srq-netlist-") as name:
        binary = simulated(program, Path(name) / "netlist", exporter, sources=sources)
        with running("the simulated netlist", [str(binary)]) as process:
            yield RtlSubject(core, process)


def synthesize(core: Core, folder: Path, to: Path) -> None:
    """Write the netlist of the core that was exported to ``folder``."""
    top = core_name(core.program)
    layers = {f"{module.name}.sv" for module in core.modules.values()}
    files = (folder / "files.f").read_text().split()
    cells = [name for name in files if name not in {*layers, f"{top}.sv", f"{top}_package.sv"}]
    for layer in layers:
        path = folder / layer
        path.write_text(kept_apart(path.read_text()))
    command = synthesis(TARGET, top)
    run_yosys(
        [
            reading(TARGET, cells, deferred=True),
            reading(TARGET, [f"{top}_package.sv", *sorted(layers), f"{top}.sv"]),
            f"{command} -run :map_memory",
            f"{command} -run fine:",
            "splitnets",
            f"write_verilog -noattr {to}",
        ],
        folder,
    )


def kept_apart(text: str) -> str:
    """A layer's text, whose first module stays one in the netlist."""
    return text.replace("\nmodule ", "\n(* keep_hierarchy *)\nmodule ", 1)
