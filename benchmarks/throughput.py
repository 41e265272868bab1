"""How many frames a second: the native engine against general runtimes, 1080p to 4K luma.

One run, the same frame for all, at 1 and at 2 threads. In every round each contestant enlarges
the frame for a while untimed and then once timed, so that what else the machine does strikes all
of them; what counts is a contestant's median. The machine's int16 peak, the native engine's limit,
is measured in every round as well. Where the machine has more than AVX2, the engine on AVX2 and
that set's peak are measured beside the best. Every peer must give nearly the picture that the
native engine gives, those of 8 bits within what 8 bits allow. The exported C runs on one thread,
compiled by ``cc`` with -O3 for this machine; its time is its process's own, without what it takes
to hand it the frame.

    python -m benchmarks.throughput
    SRQ_NATIVE_ISA=avx2 python -m benchmarks.throughput
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import harness
from benchmarks.peers.runtimes import Frame, Run, contestants, isas, native_on
from srq.dataflow import cost_of
from srq.engines import native
from srq.program import Program, load
from srq.provenance import Provenance
from srq.verify.c import FAST, CSubject, c
from srq.zoo import resolve

ALIKE = 50.0
"""The PSNR, in dB, that a peer's picture must have against the native engine's."""

WARM = 0.2
"""Seconds untimed: the threads of the contestant before may spin on, and idle cores are slow."""

ALIKE_IN_8_BITS = 30.0
"""The same for what runs in 8 bits."""


def main() -> int:
    options = _options()
    program = load(resolve(options.model, "program"))
    eight_bits = load(resolve(options.eight_bits, "program"))
    frame = harness.scene(options.height, options.width)
    macs = cost_of(program).macs * frame.size
    measured = {
        str(threads): _measure(program, eight_bits, frame, threads, options.rounds, macs)
        for threads in options.threads
    }
    result = {
        "model": options.model,
        "fingerprint": program.fingerprint,
        "eight_bits": {"model": options.eight_bits, "fingerprint": eight_bits.fingerprint},
        "frame": [options.width, options.height],
        "multiply_adds": macs,
        "isa": native.chosen_isa(),
        "rounds": options.rounds,
        "made": Provenance.now().to_json(),
        "peers": {
            name: version(name)
            for name in ("onnxruntime", "openvino", "ncnn", "opencv-python-headless")
        },
        "threads": measured,
    }
    harness.keep("throughput", result, options.json)
    return 0


def _measure(
    program: Program, eight_bits: Program, frame: Frame, threads: int, rounds: int, macs: int
) -> dict[str, Any]:
    runs = contestants(program, eight_bits, frame, threads)
    with ExitStack() as stack:
        exported = stack.enter_context(c(program, FAST)) if threads == 1 else None
        return _rounds(runs, exported, frame, threads, rounds, macs)


def _rounds(
    runs: dict[str, Run],
    exported: CSubject | None,
    frame: Frame,
    threads: int,
    rounds: int,
    macs: int,
) -> dict[str, Any]:
    alike = {name: alike_in_decibels(run(), runs["native"]()) for name, run in runs.items()}
    for name, decibels in alike.items():
        least = ALIKE_IN_8_BITS if "8" in name else ALIKE
        if decibels < least and name != "OpenCV bicubic":
            sys.exit(f"{name} does something else: {decibels:.1f} dB from the native engine.")
    measures: dict[str, Callable[[], float]] = {
        f"peak {isa}": partial(native.peak, 0.05, isa) for isa in isas()
    }
    for name, run in runs.items():
        measures[name] = partial(harness.seconds, run, warm=WARM)
    if exported:
        measures["exported C"] = partial(_seconds_of_c, exported, frame)
    seconds = harness.in_turns(measures, rounds)
    peaks = {isa: median(seconds.pop(f"peak {isa}")) * threads for isa in isas()}
    medians = {name: median(times) for name, times in seconds.items()}
    by_isa = {
        isa: {"peak": peak, "of_peak": macs / medians[native_on(isa)] / peak}
        for isa, peak in peaks.items()
    }
    for isa, found in by_isa.items():
        print(
            f"{threads} thread(s), {isa}: peak {found['peak'] / 1e9:.0f} GMAC/s,"
            f" of which native {found['of_peak']:.0%}"
        )
    for name, time_taken in medians.items():
        print(f"  {name:26} {1e3 * time_taken:9.1f} ms {1 / time_taken:8.1f} frames a second")
    return {
        **by_isa.pop(isas()[0]),
        "others": by_isa,
        "milliseconds": {name: round(1e3 * seconds, 3) for name, seconds in medians.items()},
        "best_milliseconds": {name: round(1e3 * min(times), 3) for name, times in seconds.items()},
    }


def _seconds_of_c(exported: CSubject, frame: Frame) -> float:
    exported.run(frame)
    return exported.seconds


def alike_in_decibels(made: Any, expected: Frame) -> float:
    """The PSNR of what a contestant gives, pixels or floats, against the native engine's."""
    made = np.asarray(made)
    if made.dtype != np.uint8:
        made = np.clip(np.floor(made[0, 0] * 256 + 0.5), 0, 255)
    error = np.mean((made.astype(np.float64) - expected) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-12)))


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--model", default="kim-x2")
    parser.add_argument("--eight-bits", default="kim-x2-8bit", help="the same network in 8 bits")
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
