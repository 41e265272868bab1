"""How long does each rung of the zoo's ladder take for a frame, 1080p to 4K luma, beside runtimes?

One run, the same frame for all, at 1 and at 2 threads, by turns as in ``benchmarks.throughput``;
what counts is a contestant's median. The runtimes get the rung's own network in floats, as it is
and with depthwise layers merged, and are shown by their faster. OpenVINO's int8 is onnxruntime's
quantizer's. Every peer must give nearly the picture that the native engine gives.

    python -m benchmarks.ladder
"""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from benchmarks import harness
from srq.dataflow import cost_of
from srq.engines import native
from srq.program import Program, load
from srq.provenance import Provenance
from srq.zoo import names, resolve

if TYPE_CHECKING:
    from benchmarks.peers.runtimes import Frame, Run

RUNGS = ("kim-x2", "medium-x2", "large-x2")
"""Each with its Program of 8 bits, where the zoo has one."""

SCORES = ("zoo-x2.json", "ladder-x2.json")
"""The evaluations that have the rungs' PSNR, as floats."""

PLOT = Path(__file__).parents[1] / "docs" / "results" / "ladder.png"

WARM = 0.2

MERGED = ", merged"


def main() -> int:
    options = _options()
    frame = harness.scene(options.height, options.width)
    result = {
        "frame": [options.width, options.height],
        "isa": native.chosen_isa(),
        "rounds": options.rounds,
        "made": Provenance.now().to_json(),
        "peers": {name: version(name) for name in ("onnxruntime", "openvino")},
        "rungs": {name: _rung(name, frame, options) for name in options.rungs},
    }
    harness.keep("ladder", result, options.json)
    if options.json is None:
        draw(result, PLOT)
    return 0


def _rung(name: str, frame: "Frame", options: argparse.Namespace) -> dict[str, Any]:
    program = load(resolve(name, "program"))
    found: dict[str, Any] = {
        "fingerprint": program.fingerprint,
        "weights": sum(conv.weight.size for conv in program.convs),
        "multiply_adds": cost_of(program).macs * frame.size,
        "threads": {},
    }
    for threads in options.threads:
        runs = dict(_contestants(name, program, frame, threads))
        _check_alike(runs)
        measures = {
            who: partial(harness.seconds, run, warm=options.warm) for who, run in runs.items()
        }
        seconds = harness.in_turns(measures, options.rounds)
        times = {who: round(1e3 * median(each), 3) for who, each in seconds.items()}
        found["threads"][str(threads)] = times
        for who, milliseconds in times.items():
            print(f"{name:10} {threads} thread(s) {who:26} {milliseconds:9.1f} ms", flush=True)
    return found


def _contestants(
    name: str, program: Program, frame: "Frame", threads: int
) -> "Iterator[tuple[str, Run]]":
    # Of the extra `bench`, which those who only read the results do without.
    from benchmarks.peers import runtimes
    from benchmarks.peers.float_network import layers, merged

    isa = native.chosen_isa()
    yield "native", runtimes.native(program, frame, threads, isa)
    if f"{name}-8bit" in names("program"):
        eight_bits = load(resolve(f"{name}-8bit", "program"))
        yield "native, 8 bits", runtimes.native(eight_bits, frame, threads, isa)
    builds = {"": layers(program)}
    if any(layer.groups > 1 for layer in builds[""]):
        builds[MERGED] = merged(builds[""])
    for build, network in builds.items():
        yield f"onnxruntime fp32{build}", runtimes.on_onnxruntime(network, frame, threads)
        yield f"OpenVINO fp32{build}", runtimes.on_openvino(network, frame, threads, "f32")
        yield f"OpenVINO int8{build}", runtimes.on_openvino(network, frame, threads, "int8")


def _check_alike(runs: "dict[str, Run]") -> None:
    from benchmarks.throughput import ALIKE, ALIKE_IN_8_BITS, alike_in_decibels

    expected = runs["native"]()
    for who, run in runs.items():
        decibels = alike_in_decibels(run(), expected)
        if decibels < (ALIKE_IN_8_BITS if "8" in who else ALIKE):
            sys.exit(f"{who} does something else: {decibels:.1f} dB from the native engine.")


def tables() -> dict[str, str]:
    """The tables of the newest result on each instruction set."""
    results = harness.newest("ladder").values()
    if not results:
        return {"times": "They are not measured yet."}
    return {"times": "\n".join([*map(times, results), f"![PSNR and time]({PLOT.name})"])}


def times(result: dict[str, Any]) -> str:
    """Milliseconds a frame, and how many times the native engine's."""
    width, height = result["frame"]
    made = result["made"]
    lines = [
        f"{width}x{height}, {result['isa']}, {made['machine']['cpu']}, median of {result['rounds']}"
        f" rounds, load of the machine {made['load']:.1f}.",
        "",
    ]
    scores = psnr()
    counts = list(next(iter(result["rungs"].values()))["threads"])
    head = [f"{n} thread{'s' * (n != '1')}: ms | × native" for n in counts]
    lines += [
        f"| | PSNR | by | {' | '.join(head)} |",
        "| --- | ---: | --- |" + " ---: |" * 2 * len(counts),
    ]
    for name, rung in result["rungs"].items():
        found = {n: _fastest(rung["threads"][n]) for n in counts}
        for who in found[counts[0]]:
            cells = [
                f"{found[n][who]:.1f} | {found[n][who] / found[n]['native']:.2f}" for n in counts
            ]
            decibels = f"{scores[name]:.2f}" if name in scores else "–"
            lines.append(f"| {name} | {decibels} | {who} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _fastest(times: dict[str, float]) -> dict[str, float]:
    """Every contestant once, by the faster of its builds."""
    best: dict[str, float] = {}
    for who, time in times.items():
        plain = who.removesuffix(MERGED)
        best[plain] = min(time, best.get(plain, time))
    return best


def psnr() -> dict[str, float]:
    """The mean PSNR of the test sets of each rung, as floats, by its name."""
    found: dict[str, list[float]] = {}
    for file in SCORES:
        for row in harness.read_result(harness.RESULTS / file)["means"]:
            found.setdefault(row["model"].removesuffix(" (float)"), []).append(row["psnr"])
    return {name: mean(scores) for name, scores in found.items()}


def draw(result: dict[str, Any], path: Path) -> None:
    """The line of each contestant through the rungs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    scores = psnr()
    lines: dict[str, list[tuple[float, float]]] = {}
    for name, rung in result["rungs"].items():
        for who, time in _fastest(rung["threads"]["1"]).items():
            lines.setdefault(who, []).append((time, scores[name]))
    for who, points in lines.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=who)
    axes.set_xscale("log")
    axes.set_xlabel(f"milliseconds a frame, {result['isa']}, one thread")
    axes.set_ylabel("PSNR in dB, mean of four sets, x2")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--rungs", nargs="+", default=RUNGS, metavar="NAME")
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--warm", type=float, default=WARM, help="seconds untimed before a turn")
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
