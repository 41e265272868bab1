"""How long does each rung of the zoo's ladder take for a frame, 1080p to 4K luma, beside runtimes?

One run, the same frame for all, at 1 and at 2 threads, by turns as in ``benchmarks.throughput``;
what counts is a contestant's median. The runtimes get the rung's own network in floats, as it is
and with depthwise layers merged, and are shown by their faster. OpenVINO's int8 is onnxruntime's
quantizer's. Every peer must give nearly the picture that the native engine gives. Public networks
run on the same runtimes where ``SRQ_PEERS`` has their weights.

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

PUBLIC = {
    "ESPCN (22, 32)": "ESPCN_s2_D22_S32",
    "FSRCNN (32, 6, 1)": "FSRCNN_s2_D32_S6_M1",
    "FSRCNN (56, 12, 4)": "FSRCNN_s2_D56_S12_M4",
}
"""Networks of others, by their names in SCORES, and their files."""

SCORES = ("zoo-x2.json", "ladder-x2.json", "peers-x2.json")
"""The evaluations that have the PSNR of the rungs and of public networks, as floats."""

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
        "public": {name: _public(name, frame, options) for name in options.public},
    }
    harness.keep("ladder", result, options.json)
    if options.json is None:
        plot(PLOT)
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
        found["threads"][str(threads)] = _times(name, threads, runs, options)
    return found


def _public(name: str, frame: "Frame", options: argparse.Namespace) -> dict[str, Any]:
    from benchmarks.peers import public

    network = public.load(PUBLIC[name])
    times = {
        str(threads): _times(
            name, threads, dict(public.contestants(network, frame, threads)), options
        )
        for threads in options.threads
    }
    return {"weights": sum(p.numel() for p in network.parameters()), "threads": times}


def _times(
    name: str, threads: int, runs: "dict[str, Run]", options: argparse.Namespace
) -> dict[str, float]:
    measures = {who: partial(harness.seconds, run, warm=options.warm) for who, run in runs.items()}
    seconds = harness.in_turns(measures, options.rounds)
    times = {who: round(1e3 * median(each), 3) for who, each in seconds.items()}
    for who, milliseconds in times.items():
        print(f"{name:18} {threads} thread(s) {who:26} {milliseconds:9.1f} ms", flush=True)
    return times


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
    """The tables of the newest results on each instruction set."""
    parts: list[str] = []
    for file in sorted((harness.RESULTS / "ladder").glob("*.json")):
        history = harness.read_result(file)
        for kind, table in _TABLES.items():
            parts += [table(result) for result in history if result[kind]][-1:]
    if not parts:
        return {"times": "They are not measured yet."}
    return {"times": "\n".join([*parts, f"![PSNR and time]({PLOT.name})"])}


def times(result: dict[str, Any]) -> str:
    """Milliseconds a frame, and how many times the native engine's."""
    lines = _head(result, " | × native")
    for name, rung in result["rungs"].items():
        found = {n: _fastest(threads) for n, threads in rung["threads"].items()}
        for who in next(iter(found.values())):
            cells = [
                f"{each[who]:.1f} | {each[who] / each['native']:.2f}" for each in found.values()
            ]
            lines.append(f"| {name} | {psnr()[name]:.2f} | {who} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def public_times(result: dict[str, Any]) -> str:
    """Milliseconds a frame of public networks."""
    lines = _head(result, "")
    for name, network in result["public"].items():
        found = network["threads"].values()
        for who in next(iter(found)):
            cells = [f"{each[who]:.1f}" for each in found]
            lines.append(f"| {name} | {psnr()[name]:.2f} | {who} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


_TABLES = {"rungs": times, "public": public_times}


def _head(result: dict[str, Any], more: str) -> list[str]:
    width, height = result["frame"]
    made = result["made"]
    counts = next(iter((result["rungs"] or result["public"]).values()))["threads"]
    head = [f"{n} thread{'s' * (n != '1')}: ms{more}" for n in counts]
    columns = 1 + more.count("|")
    return [
        f"{width}x{height}, {result['isa']}, {made['machine']['cpu']}, median of {result['rounds']}"
        f" rounds, load of the machine {made['load']:.1f}.",
        "",
        f"| | PSNR | by | {' | '.join(head)} |",
        "| --- | ---: | --- |" + " ---: |" * columns * len(counts),
    ]


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


def plot(path: Path) -> None:
    """Draw the newest of all results with rungs, and the newest public networks beside it."""
    files = (harness.RESULTS / "ladder").glob("*.json")
    all_of = [result for file in files for result in harness.read_result(file)]
    results = sorted(all_of, key=lambda result: result["made"]["when"])
    newest = [result for result in results if result["rungs"]][-1]
    beside = [each["public"] for each in results if each["public"] and each["isa"] == newest["isa"]]
    draw({**newest, "public": beside[-1] if beside else {}}, path)


def draw(result: dict[str, Any], path: Path) -> None:
    """The line of each contestant through the rungs, and public networks as points."""
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
    for name, network in result["public"].items():
        time = min(network["threads"]["1"].values())
        axes.plot(time, scores[name], marker="x", color="black")
        axes.annotate(name, (time, scores[name]), xytext=(4, -10), textcoords="offset points")
    axes.set_xscale("log")
    axes.set_xlabel(f"milliseconds a frame, {result['isa']}, one thread")
    axes.set_ylabel("PSNR in dB, mean of four sets, x2")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--rungs", nargs="*", default=RUNGS, metavar="NAME")
    parser.add_argument("--public", nargs="*", default=list(PUBLIC), metavar="NAME")
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--warm", type=float, default=WARM, help="seconds untimed before a turn")
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
