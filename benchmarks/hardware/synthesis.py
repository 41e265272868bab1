"""What does a Program take on an FPGA, by Yosys before placement: each layer, and all the rest?

    python -m benchmarks.hardware.synthesis kim-x2-8bit --target xilinx

A layer that is in the result file as it is written now is not synthesised again, so a run that was
stopped goes on where it was. `streams` is the core without its layers: line memories, windows,
FIFOs, the video at both ends. The results are in benchmarks/results/hardware, in
PROGRAM-DATAPATH-TARGET.json.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from benchmarks import harness
from benchmarks.hardware.tables import RESULTS, STREAMS
from benchmarks.hardware.yosys import synthesise
from srq.export.rtl import Rtl
from srq.export.rtl.core import Core
from srq.export.rtl.datapath import DATAPATHS, TARGETS, Cost, Module
from srq.export.rtl.network import core_name
from srq.program import load
from srq.provenance import Provenance
from srq.zoo import resolve

PACKAGES = ("numpy", "pyosys")


def synthesis(name: str, exporter: Rtl, only: list[str]) -> None:
    """Synthesise the layers of a Program, one after the other, into the result file."""
    program = load(resolve(name, "program"))
    core = exporter.core(program)
    path = RESULTS / f"{name}-{exporter.datapath}-{exporter.target}.json"
    result = harness.read_result(path) if path.exists() else {"layers": []}
    known = {row["layer"]: row for row in result["layers"]}
    names = [STREAMS, *core.modules]
    for layer in only or names:
        if layer == STREAMS:
            known[layer] = _streams(core, exporter, known.get(layer, {}))
        else:
            known[layer] = _layer(layer, core.modules[layer], exporter, known.get(layer, {}))
        _tell(known[layer])
        made = Provenance.now(PACKAGES, fingerprint=program.fingerprint).to_json()
        rows = [known[each] for each in names if each in known]
        path.parent.mkdir(parents=True, exist_ok=True)
        harness.write_result(
            path,
            {
                "program": name,
                "choices": asdict(exporter),
                "made": made,
                "whole": len(rows) == len(names),
                "layers": rows,
            },
        )


def _layer(name: str, module: Module, exporter: Rtl, known: dict[str, Any]) -> dict[str, Any]:
    """What a layer takes; ``known``, its row of an earlier run, stands if nothing changed."""
    texts = {"layer.sv": module.text.replace(module.name, "layer")}
    row = _measured(name, texts, "layer", exporter.target, known)
    return {**row, "latency": module.latency, "counted": asdict(module.cost)}


def _streams(core: Core, exporter: Rtl, known: dict[str, Any]) -> dict[str, Any]:
    """What the core takes beside its layers, which are black boxes here."""
    top = core_name(core.program)
    files = exporter.files(core.program)
    texts = {f"{module.name}.sv": black_box(module.text) for module in core.modules.values()}
    for path in (f"{top}_package.sv", f"{top}.sv"):
        texts[path] = files[path].decode()
    return {
        **_measured(STREAMS, texts, top, exporter.target, known),
        "counted": asdict(Cost()),
    }


def black_box(text: str) -> str:
    """A module's ports alone."""
    begin, end = text.index("module "), text.index(");\n") + 3
    return f"(* blackbox *)\n{text[begin:end]}endmodule\n"


def _measured(
    name: str, texts: Mapping[str, str], top: str, target: str, known: dict[str, Any]
) -> dict[str, Any]:
    digest = hashlib.sha256("".join(texts.values()).encode()).hexdigest()
    if known.get("text") == digest:
        return known
    began = time.monotonic()
    found = asdict(synthesise(texts, top, target))
    return {
        "layer": name,
        "text": digest,
        "yosys": found,
        "seconds": round(time.monotonic() - began),
    }


def _tell(row: dict[str, Any]) -> None:
    found = row["yosys"]
    print(
        f"{row['layer']}: {row['counted']['bits']} bits of adders; {found['lut']} LUT,"
        f" {found['ff']} FF, {found['dsp']} DSP, {found['bram']} BRAM; {row['seconds']} s",
        flush=True,
    )


def main() -> None:
    """The command."""
    options = harness.parser(__doc__)
    options.add_argument("program")
    options.add_argument("--datapath", choices=DATAPATHS, default="constant")
    options.add_argument("--target", choices=TARGETS, default="xilinx")
    options.add_argument("--layers", nargs="*", default=[], help="these alone, or 'streams'")
    chosen = options.parse_args()
    exporter = Rtl(datapath=chosen.datapath, target=chosen.target)
    synthesis(chosen.program, exporter, chosen.layers)


if __name__ == "__main__":
    main()
