"""What does each datapath take of every Program, as the generator counts it, before any synthesis?

    python -m benchmarks.hardware.counted kim-x2 kim-x2-8bit

One low-resolution pixel a beat, lines of up to 1920. The results are in
benchmarks/results/hardware/counted.json; other Programs' stay.
"""

from dataclasses import asdict
from typing import Any

from benchmarks import harness
from benchmarks.hardware.synthesis import core_for
from benchmarks.hardware.tables import COUNTED
from srq.dataflow import cost_of
from srq.export.rtl import Rtl
from srq.export.rtl.estimate import counted, total_of
from srq.program import load
from srq.provenance import Provenance
from srq.zoo import resolve

WIDTH, ROWS = 1920, 1080

FORMS = (
    ("constant, adders of two", Rtl(target="xilinx"), True),
    ("constant, adders of three", Rtl(target="xilinx"), False),
    ("dsp", Rtl("dsp", target="xilinx"), False),
    ("dsp, weights loaded", Rtl("dsp", target="xilinx", loadable=True), False),
    ("folded, 2 clocks a pixel", Rtl("folded", target="xilinx", clocks_per_pixel=2), False),
    ("folded, 4 clocks a pixel", Rtl("folded", target="xilinx", clocks_per_pixel=4), False),
    ("folded, 16 clocks a pixel", Rtl("folded", target="xilinx", clocks_per_pixel=16), False),
)


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one Program."""
    program = load(resolve(name, "program"))
    lines = cost_of(program, width=WIDTH)
    found = []
    for form, exporter, plain in FORMS:
        core = core_for(program, exporter, plain=plain)
        found.append(
            {
                "program": name,
                "fingerprint": program.fingerprint,
                "form": form,
                **asdict(total_of(counted(core))),
                "latency": core.latency(WIDTH),
                "frame": core.clocks(ROWS, WIDTH),
                "line_bits": lines.line_bits,
                "delay_bits": lines.delay_bits,
            }
        )
        print(found[-1], flush=True)
    return found


def main() -> None:
    """The command."""
    options = harness.parser(__doc__)
    options.add_argument("programs", nargs="+", metavar="PROGRAM")
    chosen = options.parse_args()
    kept = harness.read_result(COUNTED)["rows"] if COUNTED.exists() else []
    for name in chosen.programs:
        kept = [row for row in kept if row["program"] != name] + rows(name)
        made = Provenance.now(("numpy",)).to_json()
        harness.write_result(COUNTED, {"made": made, "rows": kept})


if __name__ == "__main__":
    main()
