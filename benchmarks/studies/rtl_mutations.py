"""Does an exported core's own test bench notice a mistake in the RTL?

    python -m benchmarks.studies.rtl_mutations 100

A small Program with all that the core can do is exported; in each trial one token of one of its
files is altered at random, and the folder is simulated by its own Makefile in Icarus Verilog. In
half of the trials the altered file is a cell, in half it is generated. A trial is *caught* if the
simulation does not print "equal", *refused* if it does not compile. Those that survive are listed,
with the line.
"""

import random
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import harness
from srq.export import export
from srq.export.rtl import Rtl
from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, PixelShuffle, Program
from srq.provenance import Provenance

RESULT = harness.RESULTS / "rtl_mutations.json"
SECONDS = 120

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

_DEAD = re.compile(r"//[^\n]*|`ifndef SYNTHESIS.*?`endif|`ifdef SRQ_XILINX.*?`else", re.DOTALL)
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
    dead = [found.span() for found in _DEAD.finditer(text)]
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
    """``equal``, ``caught`` or ``refused``: what the folder's own Makefile says."""
    try:
        done = subprocess.run(
            ["make", "-C", str(folder)],
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "caught"
    if done.returncode == 0 and "equal" in done.stdout.splitlines():
        return "equal"
    return "refused" if "error" in done.stderr and "testbench" not in done.stdout else "caught"


def trial(folder: Path, cells: bool, rng: random.Random) -> dict[str, Any]:
    """Alter one file, simulate, and put it back."""
    names = (folder / "files.f").read_text().split()
    names = [name for name in names if name.startswith("srq_mutants") != cells]
    while True:
        path = folder / rng.choice(names)
        text = path.read_text()
        made = edited(text, rng)
        if made is not None:
            break
    path.write_text(made[0])
    try:
        said = outcome(folder)
    finally:
        path.write_text(text)
    line = made[1]
    return {
        "file": path.name,
        "was": text.splitlines()[line].strip(),
        "is": made[0].splitlines()[line].strip(),
        "outcome": said,
    }


def main() -> None:
    """The command."""
    options = harness.parser(__doc__)
    options.add_argument("trials", type=int, nargs="?", default=100)
    options.add_argument("--datapath", default="constant")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    rng = random.Random(chosen.seed)
    folder = Path(tempfile.mkdtemp(prefix="srq-mutants-"))
    export(small(), Rtl(datapath=chosen.datapath, target="xilinx", max_width=64), folder / "core")
    assert outcome(folder / "core") == "equal", "the core itself is wrong"
    trials = []
    for number in range(chosen.trials):
        trials.append(trial(folder / "core", bool(number % 2), rng))
        print(number, trials[-1]["outcome"], trials[-1]["file"], flush=True)
        count = Counter(each["outcome"] for each in trials)
        survivors = [each for each in trials if each["outcome"] == "equal"]
        made = Provenance.now(fingerprint=small().fingerprint).to_json()
        harness.write_result(
            RESULT, {"made": made, "outcomes": dict(count), "survivors": survivors}
        )
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
