"""How much processor time does WebAssembly take, beside the native engine on one thread?

    python -m benchmarks.wasm
    python -m benchmarks.wasm kim-x2 medium-x2 --rounds 3

The same frame for both, in turns: what ``srq export wasm`` writes, run by Node, and the native
engine. Counted is processor time and not what the clock says, so that a busy machine spoils little
of it; what counts is the median of the rounds. Both must give the same pixels.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import harness
from srq.engines import Engine, native, open_engine
from srq.export.wasm import module
from srq.program import load
from srq.provenance import Provenance
from srq.verify.wasm import WasmSubject, wasm_in_one_stream
from srq.zoo import resolve

Frame = np.ndarray

MODELS = ("kim-x2", "kim-x2-8bit", "kim-x3", "kim-x4", "medium-x2")


def main() -> int:
    options = _options()
    frame = harness.scene(options.height, options.width)
    models = {name: _measured(name, frame, options.rounds) for name in options.models}
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    result = {
        "made": Provenance.now().to_json(),
        "frame": [options.width, options.height],
        "isa": native.chosen_isa(),
        "node": node.stdout.strip(),
        "rounds": options.rounds,
        "models": models,
    }
    harness.keep("wasm", result, options.json)
    return 0


def _measured(name: str, frame: Frame, rounds: int) -> dict[str, Any]:
    """Seconds of processor time for a frame, of the network of that name."""
    program = load(resolve(name, "program"))
    engine = open_engine(program, "native", 1)
    with wasm_in_one_stream(program) as subject:
        for _ in range(2):  # Node compiles again what runs often.
            if not np.array_equal(subject.run(frame), engine(frame)):
                sys.exit(f"{name}: WebAssembly and the native engine differ.")
        measures: dict[str, Callable[[], float]] = {
            "native": partial(_seconds_of_engine, engine, frame),
            "wasm": partial(_seconds_of_wasm, subject, frame),
        }
        taken = harness.in_turns(measures, rounds)
    seconds = {who: round(median(times), 4) for who, times in taken.items()}
    ratios = [w / n for w, n in zip(taken["wasm"], taken["native"], strict=True)]
    print(f"{name}: {seconds}, {median(ratios):.2f} times the native engine's")
    return {
        "fingerprint": program.fingerprint,
        "bytes": len(module(program)),
        "seconds": seconds,
        "ratio": round(median(ratios), 3),
    }


def _seconds_of_engine(engine: Engine, frame: Frame) -> float:
    began = time.process_time()
    engine(frame)
    return time.process_time() - began


def _seconds_of_wasm(subject: WasmSubject, frame: Frame) -> float:
    subject.run(frame)
    return subject.seconds


def tables() -> dict[str, str]:
    """The table of the newest result on each instruction set."""
    return {"times": "\n".join(map(_table, harness.newest("wasm").values()))}


def _table(result: dict[str, Any]) -> str:
    width, height = result["frame"]
    lines = [
        f"{width}x{height}, {result['made']['machine']['cpu']}, the native engine on"
        f" {result['isa']}, Node {result['node'].removeprefix('v')}, at a load of"
        f" {result['made']['load']:.0f}.",
        "",
        "| | kB | native, s | WebAssembly, s | × native |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, found in result["models"].items():
        seconds = found["seconds"]
        cells = (
            f"{found['bytes'] / 1e3:.0f}",
            f"{seconds['native']:.3f}",
            f"{seconds['wasm']:.3f}",
            f"{found['ratio']:.2f}",
        )
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", default=MODELS)
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
