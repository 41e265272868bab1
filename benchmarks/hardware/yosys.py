"""What a core takes on a device by Yosys, and its netlist."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srq.export.rtl.core import Core
from srq.export.rtl.ports import core_name
from srq.export.rtl.synthesis import reading, synthesis
from srq.verify.yosys import run_yosys

HARDWARE = Path(__file__).parents[2] / "hw" / "rtl"

_LUTS = (*(f"LUT{n}" for n in range(1, 7)), "LUT6_2", "INV", "LUT4", "SRL16E", "SRLC32E")
_FFS = ("FDRE", "FDSE", "FDCE", "FDPE", "TRELLIS_FF")
_LUT_RAM = {"RAM32M": 4, "RAM64M": 4, "RAM32M16": 8, "RAM64M8": 8, "RAM64X1D": 2, "RAM32X1D": 2}
_DSPS = ("DSP48E2", "MULT18X18D", "ALU54B")
_BRAM = {"RAMB36E2": 1.0, "RAMB18E2": 0.5, "DP16KD": 1.0, "PDPW16KD": 1.0}


@dataclass(frozen=True)
class Resources:
    """What Yosys counts, before placement.

    lut:  lookup tables, those that are shift registers or memories included; on ECP5 each CCU2C
          counts as the two that it takes.
    ff:   registers.
    dsp:  DSP slices; on ECP5 multipliers of 18 bits.
    bram: block RAMs: of 36 kbit on Xilinx, of 18 kbit on ECP5.
    srl:  of ``lut``, those that are shift registers.
    cells: how many there are of every kind.
    """

    lut: int
    ff: int
    dsp: int
    bram: float
    srl: int
    cells: Mapping[str, int]


def resources_of(cells: Mapping[str, int]) -> Resources:
    """From the cells of a netlist."""
    count = {name: int(n) for name, n in cells.items()}
    srl = count.get("SRL16E", 0) + count.get("SRLC32E", 0)
    lut = sum(count.get(name, 0) for name in dict.fromkeys(_LUTS)) + 2 * count.get("CCU2C", 0)
    lut += sum(luts * count.get(name, 0) for name, luts in _LUT_RAM.items())
    lut += 6 * count.get("TRELLIS_DPR16X4", 0)
    return Resources(
        lut,
        sum(count.get(name, 0) for name in _FFS),
        sum(count.get(name, 0) for name in _DSPS),
        sum(size * count.get(name, 0) for name, size in _BRAM.items()),
        srl,
        dict(sorted(count.items())),
    )


def synthesise(
    texts: Mapping[str, str], core: Core, target: str, netlist: Path | None = None
) -> dict[str, Resources]:
    """What each module of a core has by itself: the top, and the layers that were to stay modules.

    texts:   SystemVerilog by file name; the cells of hw/rtl are read as well.
    netlist: where the netlist goes: as JSON, for place and route, or as Verilog, by its suffix.
    """
    top = core_name(core.program)
    found = _stat(texts, top, target, netlist)["modules"]
    names = [top, *(module.name for module in core.modules.values())]
    return {name: resources_of(found[f"\\{name}"]["num_cells_by_type"]) for name in names}


def _stat(texts: Mapping[str, str], top: str, target: str, netlist: Path | None) -> dict[str, Any]:
    """What Yosys' `stat` says."""
    with tempfile.TemporaryDirectory(prefix="srq-synth-") as name:
        folder = Path(name)
        for file, text in texts.items():
            (folder / file).write_text(text)
        passes = [
            reading(target, sorted(HARDWARE.glob("*.sv")), deferred=True),
            reading(target, texts),
            synthesis(target, top),
            "tee -q -o stat.json stat -json",
        ]
        if netlist is not None:
            netlist.parent.mkdir(parents=True, exist_ok=True)
            form = "write_json" if netlist.suffix == ".json" else "write_verilog -noattr"
            passes.append(f"{form} {netlist.resolve()}")
        run_yosys(passes, folder)
        return json.loads((folder / "stat.json").read_text())
