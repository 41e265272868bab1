"""What stands between the native engine and the processor's int16 peak?

Loops of AVX-512 instructions are assembled and timed: each kind alone and by turns with vpdpwssd,
which tells what shares a unit with it; the engine's inner loops, straight, with what waits for
what as it does there; and how much may wait before the processor sees no further. A chain of
multiplications among the loops counts the clocks. Times are the least over many short rounds, in
several copies of one program: where the pages of its code happen to lie changes them, too.

    python -m benchmarks.studies.port_pressure
"""

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.studies.port_pressure_loops import (
    CHAIN,
    KINDS,
    MULTIPLY,
    PRODUCT,
    WAITING,
    Body,
    is_product,
    kernels,
    loops,
    uses_unit,
)
from srq.errors import MissingDependencyError, SrqError
from srq.provenance import Provenance

HARNESS = Path(__file__).with_suffix(".cpp")
RESULT = harness.RESULTS / "port_pressure.json"


def main() -> int:
    options = _options()
    try:
        result = measure(options.copies, options.rounds)
    except SrqError as error:
        print(error, file=sys.stderr)
        return 2
    harness.write_result(options.json, result)
    print(rates(result), loop_table(result), window_table(result), sep="\n")
    return 0


def measure(copies: int, rounds: int) -> dict[str, Any]:
    """The result file; MissingDependencyError where these instructions or a compiler are not."""
    bodies = loops()
    times = dict(zip(bodies, _nanoseconds(bodies, copies, rounds), strict=True))
    clock = times["clock"] / (CHAIN * MULTIPLY)
    clocks = {name: time / clock for name, time in times.items()}
    a_clock = {name: len(bodies[name]) / clocks[name] for name in bodies}
    most = {
        "vpdpwssd": a_clock[f"{PRODUCT}, alone"],
        "vector": a_clock["vpaddw, alone"],
        "all": a_clock["mixed"],
    }
    return {
        "made": Provenance.now().to_json(),
        "copies": copies,
        "rounds": rounds,
        "gigahertz": round(1 / clock, 3),
        "a_clock": {key: round(rate, 3) for key, rate in most.items()},
        "instructions": {
            kind: {
                "alone": round(a_clock[f"{kind}, alone"], 3),
                "interleaved": round(a_clock[f"{kind}, interleaved"], 3),
            }
            for kind in KINDS
        },
        "loops": {name: _against(body, clocks[name], most) for name, body in kernels().items()},
        "window": {
            "chain": CHAIN,
            "clocks": {count: round(clocks[f"window {count}"], 1) for count in WAITING},
        },
    }


def _against(body: Body, clocks: float, most: dict[str, float]) -> dict[str, Any]:
    counts = {
        "all": len(body),
        "vector": sum(map(uses_unit, body)),
        "vpdpwssd": sum(map(is_product, body)),
    }
    least = {key: round(count / most[key], 2) for key, count in counts.items()}
    return {"instructions": counts, "at_least": least, "clocks": round(clocks, 2)}


def _nanoseconds(bodies: dict[str, Body], copies: int, rounds: int) -> list[float]:
    """The least time of one pass of each."""
    compiler = shutil.which("c++")
    if not has_vnni():
        raise MissingDependencyError(
            "The loops need Linux on an x86-64 processor with AVX-512 VNNI, and this is"
            f" {sys.platform} on {platform.machine()} without it; run them on such a machine."
        )
    if not compiler:
        raise MissingDependencyError("The loops need a C++ compiler, c++; apt install g++.")
    with tempfile.TemporaryDirectory() as folder:
        source, built = Path(folder) / "loops.s", Path(folder) / "port_pressure"
        source.write_text(assembly(list(bodies.values())), encoding="utf-8")
        subprocess.run([compiler, "-O2", HARNESS, source, "-o", built], check=True)
        times = []
        for number in range(copies):
            copy = shutil.copy(built, Path(folder) / f"copy{number}")
            done = subprocess.run([copy, str(rounds)], check=True, capture_output=True, text=True)
            times.append([float(line) for line in done.stdout.split()])
    return [min(of_one) for of_one in zip(*times, strict=True)]


def assembly(bodies: list[Body]) -> str:
    """Each loop as a function, and the table of them that port_pressure.cpp reads."""
    lines = [".text"]
    for number, body in enumerate(bodies):
        lines += [f"loop{number}:", "movl $0xAAAAAAAA, %eax", "kmovd %eax, %k1"]
        lines += [f"vpxord %zmm{r}, %zmm{r}, %zmm{r}" for r in range(32)]
        lines += [".p2align 6", "1:", *body, "decq %rdi", "jnz 1b", "vzeroupper", "ret"]
    lines += ['.section .data.rel.ro, "aw"', ".globl loops, loop_count", ".p2align 3", "loops:"]
    lines += [f".quad loop{number}" for number in range(len(bodies))]
    lines += [f"loop_count: .quad {len(bodies)}", '.section .note.GNU-stack, "", @progbits']
    return "\n".join(lines) + "\n"


def has_vnni() -> bool:
    """Whether this is Linux on a processor that can run the loops."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:
        return False
    return platform.machine() == "x86_64" and {"avx512bw", "avx512_vnni"} <= set(flags)


def tables() -> dict[str, str]:
    """The tables of the result file."""
    result = harness.read_result(RESULT)
    return {
        "rates": rates(result),
        "loops": loop_table(result),
        "window": window_table(result),
    }


def rates(result: dict[str, Any]) -> str:
    """Instructions a clock."""
    made = result["made"]
    lines = [
        f"{made['machine']['cpu']} at {result['gigahertz']:.1f} GHz, the best of"
        f" {result['copies']} x {result['rounds']} rounds, load of the machine {made['load']:.1f}.",
        "",
        f"| instructions a clock | alone | by turns with `{PRODUCT}` |",
        "|---|---:|---:|",
    ]
    for kind, rate in result["instructions"].items():
        name, _, how = kind.partition(", ")
        shown = f"`{name}`" if name.startswith("v") else f"{name}{how and ', '}{how}"
        lines.append(f"| {shown} | {rate['alone']:.1f} | {rate['interleaved']:.1f} |")
    lines.append(
        f"| `{PRODUCT}`, `vpaddw` and a load by turns | {result['a_clock']['all']:.1f} | |"
    )
    return "\n".join(lines) + "\n"


def loop_table(result: dict[str, Any]) -> str:
    """The engine's loops against their limits."""
    lines = [
        "| loop | instructions | vector | `vpdpwssd` | clocks for `vpdpwssd` alone"
        " | at least, for all | measured |",
        "|---|" + "---:|" * 6,
    ]
    for name, found in result["loops"].items():
        cells = [str(count) for count in found["instructions"].values()]
        cells += [f"{found['at_least']['vpdpwssd']:.0f}", f"{max(found['at_least'].values()):.0f}"]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {found['clocks']:.1f} |")
    return "\n".join(lines) + "\n"


def window_table(result: dict[str, Any]) -> str:
    """How long a chain takes with so much that waits behind it."""
    clocks = result["window"]["clocks"]
    head = " | ".join(f"{count}" for count in clocks)
    cells = " | ".join(f"{time:.0f}" for time in clocks.values())
    return (
        f"| waiting instructions | {head} |\n|---|{'---:|' * len(clocks)}\n"
        f"| clocks a chain of {result['window']['chain']} | {cells} |\n"
    )


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--copies", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=150, help="of each copy")
    parser.add_argument("--json", type=Path, default=RESULT, help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
