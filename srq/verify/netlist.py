"""The subject ``netlist``: the exported core as Yosys synthesizes it for UltraScale+, simulated.

Each layer, and the core around them, becomes a netlist of lookup tables, carry chains, registers.
Memories stay what they are: what a block RAM does is not simulated. Verilator runs the netlist with
Yosys' own models of these primitives.
"""

import importlib.util
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from srq.errors import MissingDependencyError
from srq.export.rtl import Rtl
from srq.export.rtl.core import Core
from srq.export.rtl.network import core_name
from srq.program import Program
from srq.verify.process import running
from srq.verify.rtl import WIDEST, RtlSubject, simulated
from srq.verify.yosys import DEFINES, SYNTHESIS, run_yosys

TARGET = "xilinx"

_FLAGS = ("-Wno-INITIALDLY", "-Wno-UNOPTFLAT")
"""Yosys' models set their registers first by <=, and a carry chain is one word, whose bits follow
each other."""


@contextmanager
def netlist(program: Program, netlists: Path | None = None) -> Iterator[RtlSubject]:
    """The netlist of the core that ``srq export rtl`` writes of ``program``, simulated.

    netlists: a folder with those of layers that are synthesized already, MODULE.v, as
              ``benchmarks.hardware.synthesis --netlists`` leaves them; the others are added.

    Raises MissingDependencyError where Yosys, Verilator or a compiler is missing, ProgramError
    where the core cannot express the Program.
    """
    models = models_of_primitives()
    exporter = Rtl(target=TARGET, max_width=WIDEST)
    core = exporter.core(program)

    def sources(folder: Path) -> Sequence[str]:
        return [*_FLAGS, *synthesized(core, folder, netlists or folder), str(models)]

    with tempfile.TemporaryDirectory(prefix="srq-netlist-") as name:
        binary = simulated(program, Path(name) / "netlist", exporter, sources=sources)
        with running("the simulated netlist", [str(binary)]) as process:
            yield RtlSubject(core, process)


def models_of_primitives() -> Path:
    """Yosys' models of the primitives of UltraScale+."""
    found = importlib.util.find_spec("pyosys")
    if found is None or found.origin is None:
        raise MissingDependencyError("Synthesis needs pyosys; pip install 'srq[rtl]'.")
    return Path(found.origin).parent / "share" / TARGET / "cells_sim.v"


def synthesized(core: Core, folder: Path, netlists: Path) -> list[str]:
    """The netlists of the core that was exported to ``folder``; those of layers in ``netlists``."""
    netlists.mkdir(parents=True, exist_ok=True)
    files = (folder / "files.f").read_text().split()
    layers = [f"{module.name}.sv" for module in core.modules.values()]
    top = core_name(core.program)
    cells = [name for name in files if name not in (*layers, f"{top}.sv", f"{top}_package.sv")]
    define = DEFINES[TARGET]
    read = f"read_verilog -sv -defer {define} {' '.join(cells)}"
    made = []
    for module in core.modules.values():
        path = (netlists / f"{module.name}.v").resolve()
        if not path.exists():
            passes = [read, f"read_verilog -sv {define} {module.name}.sv"]
            passes += [
                SYNTHESIS[TARGET].format(top=module.name),
                "splitnets",
                f"write_verilog -noattr {path}",
            ]
            run_yosys(passes, folder)
        made.append(str(path))
        (folder / f"{module.name}_ports.sv").write_text(black_box(module.text))
    ports = " ".join(f"{module.name}_ports.sv" for module in core.modules.values())
    synthesis = SYNTHESIS[TARGET].format(top=top)
    run_yosys(
        [
            read,
            f"read_verilog -sv {define} {ports} {top}_package.sv {top}.sv",
            f"{synthesis} -run :map_memory",
            f"{synthesis} -run fine:",
            "splitnets",
            f"write_verilog -noattr {top}.v",
        ],
        folder,
    )
    return [*made, f"{top}.v"]


def black_box(text: str) -> str:
    """A module's ports alone."""
    begin, end = text.index("module "), text.index(");\n") + 3
    return f"(* blackbox *)\n{text[begin:end]}endmodule\n"
