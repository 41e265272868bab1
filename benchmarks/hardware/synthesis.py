"""What does a Program take on an FPGA, by Yosys before placement: each layer, and all the rest?

    python -m benchmarks.hardware.synthesis kim-x2-8bit --target xilinx

The whole core is synthesised at once, its layers as modules of their own; `streams` is what is
left: line memories, windows, FIFOs, the video at both ends. With --plain adders take two operands.
The results are in benchmarks/results/hardware, in PROGRAM-DATAPATH-TARGET.json or -plain.json. With
--netlist the netlist is kept in that file, as Verilog.
"""

import resource
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.hardware.tables import RESULTS, STREAMS
from benchmarks.hardware.yosys import synthesise
from srq.export.rtl import Rtl
from srq.export.rtl.core import Core, core_of
from srq.export.rtl.datapath import DATAPATHS, TARGETS, Choices, Cost
from srq.export.rtl.folder import files_of
from srq.export.rtl.ports import core_name
from srq.program import Program, load
from srq.provenance import Provenance
from srq.verify.netlist import kept_apart
from srq.zoo import resolve

PACKAGES = ("numpy", "pyosys")


def synthesis(
    name: str, exporter: Rtl, *, plain: bool = False, netlist: Path | None = None
) -> None:
    """Synthesise the core of a Program, into the result file."""
    program = load(resolve(name, "program"))
    core = core_for(program, exporter, plain=plain)
    before = _processor_time()
    found = synthesise(core_texts(core, exporter.target), core, exporter.target, netlist)
    rows = [
        {
            "layer": STREAMS,
            "yosys": asdict(found[core_name(program)]),
            "counted": asdict(Cost()),
        },
        *(
            {
                "layer": layer,
                "yosys": asdict(found[module.name]),
                "latency": module.latency,
                "counted": asdict(module.cost),
            }
            for layer, module in core.modules.items()
        ),
    ]
    for row in rows:
        _tell(row)
    RESULTS.mkdir(parents=True, exist_ok=True)
    harness.write_result(
        RESULTS / f"{name}-{exporter.datapath}-{exporter.target}{'-plain' * plain}.json",
        {
            "program": name,
            "choices": {**asdict(exporter), "plain": plain},
            "made": Provenance.now(PACKAGES, fingerprint=program.fingerprint).to_json(),
            "processor_seconds": round(_processor_time() - before),
            "layers": rows,
        },
    )


def core_for(program: Program, exporter: Rtl, *, plain: bool) -> Core:
    """The core, with adders of two operands alone where it is to be plain."""
    choices = Choices(
        exporter.datapath,
        exporter.target,
        ternary=False if plain else None,
        fold=exporter.fold,
        loadable=exporter.loadable,
    )
    return core_of(program, exporter.shape, choices)


def core_texts(core: Core, target: str) -> dict[str, str]:
    """The generated files of the core by their names; layers stay modules of their own."""
    top = core_name(core.program)
    files = files_of(core, target)
    texts = {path: files[path].decode() for path in (f"{top}_package.sv", f"{top}.sv")}
    for module in core.modules.values():
        texts[f"{module.name}.sv"] = kept_apart(files[f"{module.name}.sv"].decode())
    return texts


def _processor_time() -> float:
    """Of this process and of those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def _tell(row: dict[str, Any]) -> None:
    found = row["yosys"]
    print(
        f"{row['layer']}: {row['counted']['bits']} bits of adders; {found['lut']} LUT,"
        f" {found['ff']} FF, {found['dsp']} DSP, {found['bram']} BRAM",
        flush=True,
    )


def main() -> None:
    """The command."""
    options = harness.parser(__doc__)
    options.add_argument("program")
    options.add_argument("--datapath", choices=DATAPATHS, default="constant")
    options.add_argument("--target", choices=TARGETS, default="xilinx")
    options.add_argument("--clocks-per-pixel", type=int, default=0)
    options.add_argument("--plain", action="store_true", help="adders of two operands alone")
    options.add_argument("--netlist", type=Path, metavar="FILE")
    chosen = options.parse_args()
    exporter = Rtl(
        datapath=chosen.datapath,
        target=chosen.target,
        clocks_per_pixel=chosen.clocks_per_pixel,
    )
    synthesis(chosen.program, exporter, plain=chosen.plain, netlist=chosen.netlist)


if __name__ == "__main__":
    main()
