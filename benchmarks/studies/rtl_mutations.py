"""Do the checks of an exported core notice a mistake in its RTL?

    python -m benchmarks.studies.rtl_mutations 100
    python -m benchmarks.studies.rtl_mutations 40 --core loaded

A small Program with all that the core can do is exported with each datapath, and with weights that
are loaded; in each trial one token of one of a folder's files is altered at random, and the
folder's own Makefile simulates it in Icarus Verilog. In half of the trials the altered file is a
cell, in half it is generated. A trial is *caught* if the simulation does not print "equal",
*linted* if `make lint` alone complains; an edit that does not compile is drawn anew. What passes
both is *equivalent* if Yosys proves that it is the same machine, else *tested* if the tests or the
proofs of the cells fail with it, else *equal*. Parts of a cell that are for one vendor's primitives
or for synthesis alone are not altered: the folder does not simulate them, tests/hw compares them
with their twins.
"""

import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import harness
from benchmarks.hardware.equivalence import is_equivalent
from srq.export import export
from srq.export.rtl import Rtl
from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, PixelShuffle, Program
from srq.provenance import Provenance

RESULT = harness.RESULTS / "rtl_mutations.json"
GENERATOR = harness.RESULTS / "generator_mutations.json"
ROOT = Path(__file__).parents[2]
TOP = "srq_mutants_core"
SECONDS = 60
"""Of processor time that a simulation may take; those of good cores take 10 at the most."""

CORES = {
    "constant": Rtl(target="xilinx", max_width=64),
    "dsp": Rtl(datapath="dsp", pixels_per_clock=2, max_width=64, output="raster"),
    "folded": Rtl(datapath="folded", clocks_per_pixel=3, max_width=64),
    "loaded": Rtl(datapath="dsp", loadable=True, max_width=64),
}
"""The exported folders: together they have every cell."""

OUTCOMES = ("caught", "linted", "tested", "equivalent", "proved", "equal")
UNNOTICED = ("equivalent", "proved", "equal")

EDITS = (
    (re.compile(r"(?<=[\w)\]] )\+(?= [\w({])"), "-"),
    (re.compile(r"(?<=[\w)\]] )-(?= [\w({])"), "+"),
    (re.compile(r"&&"), "||"),
    (re.compile(r"\|\|"), "&&"),
    (re.compile(r"(?<= )==(?= )"), "!="),
    (re.compile(r"(?<= )>=(?= )"), ">"),
    (re.compile(r"(?<=\w )<(?= \w)"), "<="),
    (re.compile(r"(?<=[ (])!(?=[\w(])"), ""),
    (re.compile(r"1'b0"), "1'b1"),
    (re.compile(r"1'b1"), "1'b0"),
    (re.compile(r"\.LOW\(1\)"), ".LOW(0)"),
    (re.compile(r"\.HIGH\(1\)"), ".HIGH(0)"),
    (re.compile(r"(?<=\.SHIFT\()\d+"), lambda found: str(int(found[0]) + 1)),
    (re.compile(r"(?<=\.NEGATE\(3'b)\d"), lambda found: str(1 - int(found[0]))),
    (re.compile(r"(?<=\d'd)\d+"), lambda found: str(int(found[0]) ^ 1)),
    (re.compile(r"(?<=\[)\d+(?=:)"), lambda found: str(max(int(found[0]) - 1, 0))),
    (re.compile(r"_d1\b(?=[,;\]})\[])"), ""),
    (re.compile(r"\bce\b(?=\) begin)"), "1"),
)
"""Patterns, and what takes the place of one match."""

DEAD = re.compile(
    r"//[^\n]*|`ifndef SYNTHESIS.*?`endif|`ifdef SRQ_XILINX.*?`else|`ifdef SRQ_TAPS.*?`endif",
    re.DOTALL,
)
"""What this simulation does not see."""


def small() -> Program:
    """A skip within, a skip around, windows, a ReLU, a signed value, fractions per channel."""
    rng = np.random.default_rng(1)
    relu, signed = Format.parse("u8.6"), Format.parse("s8.5")

    def conv(
        name: str, source: str, shape: tuple[int, ...], fmt: Format | None, **more: Any
    ) -> Conv:
        weight = rng.integers(-100, 100, shape)
        frac = [8 + int(n) for n in rng.integers(0, 2, shape[0])]
        return Conv(name, source, weight, weight_bits=8, weight_frac=frac, format=fmt, **more)

    return Program(
        [
            Input("lr", Format.parse("u8.8")),
            conv("head", "lr", (3, 1, 3, 3), relu),
            conv("depthwise", "head", (3, 1, 1, 5), signed, groups=3),
            conv("pointwise", "depthwise", (3, 3, 1, 1), None),
            Add("sum", "pointwise", "head", relu),
            conv("last", "sum", (4, 3, 3, 3), None),
            PixelShuffle("shuffled", "last", 2),
            NearestUpsample("nearest", "lr", 2),
            Add("sum_2", "shuffled", "nearest", Format.parse("u8.8")),
            Output("hr", "sum_2"),
        ],
        name="mutants",
    )


def edited(text: str, rng: random.Random) -> tuple[str, int] | None:
    """``text`` with one edit, and the line it is in; None if there is nothing to edit."""
    dead = [found.span() for found in DEAD.finditer(text)]
    places = [
        (found, into)
        for pattern, into in EDITS
        for found in pattern.finditer(text)
        if not any(a <= found.start() < b for a, b in dead)
    ]
    if not places:
        return None
    found, into = rng.choice(places)
    new = into(found) if callable(into) else into
    line = text.count("\n", 0, found.start())
    return text[: found.start()] + new + text[found.end() :], line


def outcome(folder: Path) -> str:
    """``equal``, ``caught``, ``linted`` or ``refused``: what the folder's own Makefile says."""
    done = _make(folder)
    if done.returncode == 0 and "equal" in done.stdout.splitlines():
        return "equal" if _make(folder, "lint").returncode == 0 else "linted"
    return "caught" if "./testbench" in done.stdout else "refused"


def _make(folder: Path, *goals: str) -> subprocess.CompletedProcess[str]:
    return limited(["make", "-C", str(folder), *goals], SECONDS)


def limited(command: list[str], seconds: int) -> subprocess.CompletedProcess[str]:
    """Run a command that has so much processor time."""
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds)),
    )  # fmt: skip


def is_tested(cell: Path) -> bool:
    """Whether the tests or the proofs of the cells fail with this one in place of its namesake."""
    run = "import sys; from benchmarks.studies.mutant import with_cells; sys.exit(with_cells())"
    with tempfile.TemporaryDirectory(prefix="srq-cells-") as name:
        hardware = Path(name) / "hw"
        shutil.copytree(ROOT / "hw", hardware)
        shutil.copy(cell, hardware / "rtl")
        done = subprocess.run(
            [sys.executable, "-c", run, str(hardware)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(f"the tests of cells cannot be run:\n{done.stdout[-3000:]}")
    return done.returncode == 1


def exported(folder: Path, names: Collection[str] = tuple(CORES)) -> dict[str, Path]:
    """The folders of these cores, which must be right as they are."""
    for name in names:
        export(small(), CORES[name], folder / name)
        shutil.copytree(folder / name, folder / f"{name}-right")
        said = outcome(folder / name)
        if said != "equal":
            raise SystemExit(f"the core {name} itself is {said}")
    return {name: folder / name for name in names}


def trial(folder: Path, cells: bool, rng: random.Random) -> dict[str, Any]:
    """Alter one file so that it compiles, judge, and put it back."""
    right = folder.with_name(f"{folder.name}-right")
    names = (folder / "files.f").read_text().split()
    names = [name for name in names if name.startswith("srq_mutants") != cells]
    while True:
        path = folder / rng.choice(names)
        text = path.read_text()
        made = edited(text, rng)
        if made is None:
            continue
        path.write_text(made[0])
        try:
            said = outcome(folder)
            if said == "equal" and is_equivalent(right, folder, TOP):
                said = "equivalent"
            elif said == "equal" and cells and is_tested(path):
                said = "tested"
        finally:
            path.write_text(text)
        if said != "refused":
            break
    line = made[1]
    return {
        "core": folder.name,
        "file": path.name,
        "was": text.splitlines()[line].strip(),
        "is": made[0].splitlines()[line].strip(),
        "outcome": said,
    }


def main() -> None:
    """The command."""
    options = harness.parser(__doc__)
    options.add_argument("trials", type=int, nargs="?", default=100)
    options.add_argument("--seed", type=int, default=2)
    options.add_argument("--core", choices=("loaded",), help="this one alone")
    chosen = options.parse_args()
    names = [name for name in CORES if (name == "loaded") == (chosen.core == "loaded")]
    earlier = harness.read_result(RESULT) if RESULT.exists() else {}
    rng = random.Random(chosen.seed)
    trials = []
    with tempfile.TemporaryDirectory(prefix="srq-mutants-") as name:
        folders = exported(Path(name), names)
        for number in range(chosen.trials):
            folder = folders[rng.choice(list(folders))]
            trials.append(trial(folder, bool(number % 2), rng))
            print(number, trials[-1]["outcome"], folder.name, trials[-1]["file"], flush=True)
            found = record(trials, chosen.seed)
            loaded = {"loaded": found} if chosen.core == "loaded" else {}
            harness.write_result(RESULT, {**earlier, **(loaded or found)})


def tables() -> dict[str, str]:
    """How the edits of both studies ended, and those that nothing noticed."""
    found = {"the RTL": harness.read_result(RESULT)}
    if "loaded" in found["the RTL"]:
        found["the RTL of loaded weights"] = found["the RTL"]["loaded"]
    if GENERATOR.exists():
        found["its generator"] = harness.read_result(GENERATOR)
    return {"outcomes": _outcomes(found), "survivors": _survivors(found)}


def _outcomes(results: dict[str, dict[str, Any]]) -> str:
    lines = [
        f"| edits to | {' | '.join(OUTCOMES)} | all |",
        "|---|" + "---:|" * (len(OUTCOMES) + 1),
    ]
    for name, result in results.items():
        counts = [result["outcomes"].get(outcome, 0) for outcome in OUTCOMES]
        lines.append(f"| {name} | {' | '.join(map(str, [*counts, sum(counts)]))} |")
    return "\n".join(lines)


def _survivors(results: dict[str, dict[str, Any]]) -> str:
    lines = [
        f"- {each['file']}, {each['outcome']}: `{each['was']}` became `{each['is']}`."
        for result in results.values()
        for each in result["others"]
        if each["outcome"] in UNNOTICED
    ]
    return "\n".join(lines) or "None."


def record(trials: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    """How many of each outcome, and all but those that were caught. The result file has it of the
    first three cores, and of the one whose weights are loaded under ``loaded``."""
    return {
        "made": Provenance.now(fingerprint=small().fingerprint).to_json(),
        "seed": seed,
        "outcomes": dict(Counter(each["outcome"] for each in trials)),
        "others": [each for each in trials if each["outcome"] != "caught"],
    }


if __name__ == "__main__":
    main()
