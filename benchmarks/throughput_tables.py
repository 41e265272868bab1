"""The tables and the plot of docs/results/performance.md, from the results of throughput.py."""

from pathlib import Path
from typing import Any

from benchmarks import harness

Result = dict[str, Any]

MERGED = ", merged"


def tables() -> dict[str, str]:
    """The tables of the newest result on each instruction set."""
    results = harness.newest("throughput").values()
    plotted = "![frames a second](performance.png)\n"
    return {
        "frames": "\n".join([*map(frames, results), plotted]),
        "peak": "\n".join(map(peak, results)),
    }


def plot(path: Path) -> None:
    """Draw frames a second of the newest of all results."""
    newest = max(harness.newest("throughput").values(), key=lambda result: result["made"]["when"])
    draw(newest, path)


def fastest(milliseconds: dict[str, float]) -> dict[str, float]:
    """Every contestant once, with the build that suits it, the fastest first."""
    best: dict[str, float] = {}
    for name, time in milliseconds.items():
        plain = name.removesuffix(MERGED)
        best[plain] = min(time, best.get(plain, time))
    return dict(sorted(best.items(), key=lambda item: item[1]))


def frames(result: Result) -> str:
    """Milliseconds a frame, frames a second, and how many times the native engine's time."""
    width, height = result["frame"]
    lines = [f"{result['model']}, {width}x{height}, {_conditions(result)}.", ""]
    counts = list(result["threads"])
    head = [f"{n} thread{'s' * (n != '1')}: ms | frames/s | × native" for n in counts]
    lines += ["| | " + " | ".join(head) + " |", "|---|" + "---:|" * 3 * len(counts)]
    times = {n: fastest(result["threads"][n]["milliseconds"]) for n in counts}
    for name in times[counts[0]]:
        cells = []
        for n in counts:
            if (time := times[n].get(name)) is None:
                cells += ["–"] * 3
            else:
                cells += [f"{time:.1f}", f"{1e3 / time:.1f}", f"{time / times[n]['native']:.2f}"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def peak(result: Result) -> str:
    """The native engine against the machine's int16 peak."""
    lines = [
        f"{result['multiply_adds'] / 1e9:.2f} G multiply-adds a frame, by {result['isa']}.",
        "",
        "| threads | peak, GMAC/s | limit, ms | native, ms | of the peak | speed-up |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    one = result["threads"]["1"]["milliseconds"]
    for threads, found in result["threads"].items():
        isas = {"native": found}
        isas |= {f"native on {isa}": other for isa, other in found.get("others", {}).items()}
        for name, of_isa in isas.items():
            time = found["milliseconds"][name]
            limit = 1e3 * result["multiply_adds"] / of_isa["peak"]
            lines.append(
                f"| {threads}{name.removeprefix('native')} | {of_isa['peak'] / 1e9:.0f}"
                f" | {limit:.1f} | {time:.1f} | {of_isa['of_peak']:.0%} | {one[name] / time:.2f} |"
            )
    return "\n".join(lines) + "\n"


def draw(result: Result, path: Path) -> None:
    """Frames a second of every contestant, on a logarithmic scale."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.subplots()
    counts = list(result["threads"])
    names = list(fastest(result["threads"][counts[0]]["milliseconds"]))[::-1]
    for i, n in enumerate(counts):
        times = fastest(result["threads"][n]["milliseconds"])
        present = [p for p, name in enumerate(names) if name in times]
        places = [p + 0.4 * (i - 0.5) for p in present]
        label = f"{n} thread{'s' * (n != '1')}"
        bars = axes.barh(places, [1e3 / times[names[p]] for p in present], 0.38, label=label)
        axes.bar_label(bars, fmt="%.3g", padding=3, fontsize=7)
    axes.set_yticks(range(len(names)), names)
    axes.set_xscale("log")
    axes.set_xlabel("frames a second")
    axes.margins(x=0.15)
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _conditions(result: Result) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in result["peers"].items())
    made = result["made"]
    return (
        f"{made['machine']['cpu']}, median of {result['rounds']} rounds, load of the machine"
        f" {made['load']:.1f}; {versions}, torch {made['versions']['torch']}"
    )
