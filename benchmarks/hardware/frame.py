"""Does a frame of 1920 x 1080 leave a core as the reference has it, in the clocks that are said?

    python -m benchmarks.hardware.frame kim-x2-fpga

The exported core runs in Verilator. The upper half of the frame is noise, the lower one clouds. The
results are in benchmarks/results/hardware/frames.json; other Programs' stay.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import harness
from benchmarks.hardware.tables import FRAMES
from srq.engines import open_engine
from srq.export.rtl import Rtl
from srq.export.rtl.datapath import DATAPATHS
from srq.program import Program, load
from srq.provenance import Provenance
from srq.stimuli.natural import clouds, deepened
from srq.stimuli.patterns import SEED, noise
from srq.upscaling.engine import Blockwise
from srq.verify.process import running
from srq.verify.rtl import RtlSubject, simulated
from srq.zoo import resolve

ROWS, COLUMNS = 1080, 1920
SIDE = 270
"""Of the blocks in which the reference computes it."""


def frame(program: Program) -> np.ndarray:
    """The picture."""
    rng, fmt = np.random.default_rng(SEED), program.input.format
    upper = noise(fmt, (ROWS // 2, COLUMNS), rng)
    tile = clouds(480)[: ROWS // 4]
    lower = np.tile(tile, (2, -(-COLUMNS // 480)))[: ROWS - len(upper), :COLUMNS]
    return np.concatenate([upper, deepened(lower, fmt, rng)])


def measured(name: str, exporter: Rtl) -> dict[str, Any]:
    """The record of one Program: whether all is equal, and its clocks."""
    program = load(resolve(name, "program"))
    picture = frame(program)
    wanted = Blockwise(open_engine(program, "reference"), side=SIDE)(picture)
    core = exporter.core(program)
    with tempfile.TemporaryDirectory(prefix="srq-frame-") as folder:
        began = time.monotonic()
        binary = simulated(program, Path(folder) / "rtl", exporter)
        built = time.monotonic()
        with running("the simulated core", [str(binary)]) as process:
            made, first, last = RtlSubject(core, process).timed(picture)
        ended = time.monotonic()
    beats = ROWS * -(-COLUMNS // exporter.pixels_per_clock)
    return {
        "made": Provenance.now(fingerprint=program.fingerprint).to_json(),
        "program": name,
        "datapath": exporter.datapath,
        "pixels_per_clock": exporter.pixels_per_clock,
        "pixels": int(wanted.size),
        "differing": int(np.count_nonzero(made != wanted)),
        "first": first,
        "first_said": core.latency(COLUMNS),
        "clocks": last + 1,
        "clocks_said": core.clocks(ROWS, COLUMNS),
        "clocks_allowed": beats + 4 * (beats // ROWS) + 200,
        "seconds": {"building": round(built - began), "running": round(ended - built)},
    }


def main() -> int:
    """The command."""
    options = harness.parser(__doc__)
    options.add_argument("programs", nargs="+", metavar="PROGRAM")
    options.add_argument("--datapath", choices=DATAPATHS, default="constant")
    options.add_argument("--pixels-per-clock", type=int, default=1)
    chosen = options.parse_args()
    exporter = Rtl(datapath=chosen.datapath, pixels_per_clock=chosen.pixels_per_clock)
    rows = harness.read_result(FRAMES)["frames"] if FRAMES.exists() else []
    wrong = False
    for name in chosen.programs:
        row = measured(name, exporter)
        print(row, flush=True)
        wrong |= row["differing"] != 0 or row["clocks"] != row["clocks_said"]
        key = name, exporter.datapath, exporter.pixels_per_clock
        rows = [r for r in rows if (r["program"], r["datapath"], r["pixels_per_clock"]) != key]
        rows = sorted([*rows, row], key=lambda r: (r["program"], r["datapath"]))
        harness.write_result(FRAMES, {"frames": rows})
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
