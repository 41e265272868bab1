"""How much processor time do 64 LR of a source take, beside the tools of seed 000?

Both make seed 000's pictures of the same sources, 512x512, with white noise or none in place of
its network: ``srq data degrade`` by the recipe ``realwebphoto``, and the tools that the seed names
(``benchmarks.peers.seed_tools``). They take turns. Times are those of the process and its
children, in user and system, a source; what starting takes, all processes of it, is taken off by
runs over FEW sources. Two jobs stand beside two runs at once that know nothing of each other: what
this machine's processors can do together. A run over many small sources shows whether memory grows.

    python -m benchmarks.degrade                        # the times
    python -m benchmarks.degrade --sources 0 --many 10000   # memory alone
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage import data

from benchmarks import harness
from srq.provenance import Provenance

SIDE = 512
FEW = 4
"""Sources of the runs whose costs are taken off: enough for two processes to start."""

NOISES = {"white": '{ kind = "noise", sigma = [0.02, 0.04] }', "none": ""}


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of processors, seconds that passed, bytes at its peak."""

    cpu: float
    wall: float
    peak: int


def main() -> int:
    options = _options()
    report: dict[str, Any] = {
        "made": Provenance.now().to_json(),
        "exact": options.exact,
        "noise": options.noise,
    }
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        recipe = folder / "webphoto.toml"
        recipe.write_text(recipe_text(options.exact, options.noise))
        if options.sources:
            report |= times(folder, recipe, options)
        if options.many:
            report["memory"] = memory(folder, recipe, options.many)
    harness.keep("degrade", report, options.json)
    print(json.dumps(report, indent=2))
    return 0


def times(folder: Path, recipe: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Processor and passed time a source, of each way."""
    few, more = folder / "few", folder / "more"
    make_sources(few, FEW, SIDE)
    make_sources(more, FEW + options.sources, SIDE)
    ways = {
        "srq": partial(ours, recipe, jobs=1),
        "srq, 2 jobs": partial(ours, recipe, jobs=2),
        "srq, 2 runs": partial(two_runs, recipe),
        "seed": partial(theirs, noise=options.noise),
    }
    turns = {
        (way, sources): partial(run, sources)
        for way, run in ways.items()
        for sources in (few, more)
    }
    costs = harness.in_turns(turns, options.rounds)
    cpu, wall = (
        {
            way: (_median(costs[way, more], what) - _median(costs[way, few], what))
            / options.sources
            for way in ways
        }
        for what in ("cpu", "wall")
    )
    return {
        "sources": options.sources,
        "rounds": options.rounds,
        "cpu_ms_a_source": {way: round(1000 * cpu[way], 1) for way in ways},
        "wall_ms_a_source": {way: round(1000 * wall[way], 1) for way in ways},
        "seed_over_srq": round(cpu["seed"] / cpu["srq"], 2),
        "one_job_over_two": round(wall["srq"] / wall["srq, 2 jobs"], 2),
        "one_run_over_two": round(wall["srq"] / wall["srq, 2 runs"], 2),
    }


def memory(folder: Path, recipe: Path, many: int) -> dict[str, Any]:
    """The peak of a run over ``many`` small sources, and over a tenth of them."""
    counts = [many // 10, many]
    peaks = []
    for count in counts:
        sources = folder / str(count)
        make_sources(sources, count, 64)
        peaks.append(ours(recipe, sources, jobs=1).peak)
    return {"sources": counts, "peak": peaks}


def recipe_text(exact: str, noise: str) -> str:
    """``realwebphoto`` with white noise, or none, in place of its own."""
    text = (resources.files("srq.degrade") / "recipes" / "realwebphoto.toml").read_text("utf-8")
    text = re.sub(r"^exact = .*\n", "", text, flags=re.MULTILINE)
    changed, found = re.subn(r"noisy = \[\{[^}]*\}\]", f"noisy = [{NOISES[noise]}]", text)
    if found != 1:
        raise SystemExit("realwebphoto has no branch 'noisy' of one step; mend this benchmark.")
    return f'exact = "{exact}"\n{changed}'


def make_sources(folder: Path, count: int, side: int) -> None:
    """``count`` PNG pictures of ``side`` pixels: photographs, each turned and begun elsewhere."""
    folder.mkdir()
    photographs = [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]
    rng = np.random.default_rng(0)
    for number in range(count):
        picture = photographs[number % len(photographs)]
        lack = [max(0, side - length) for length in picture.shape[:2]]
        picture = np.pad(picture, ((0, lack[0]), (0, lack[1]), (0, 0)), mode="reflect")
        top, left = (int(rng.integers(0, length - side + 1)) for length in picture.shape[:2])
        crop = np.rot90(picture[top : top + side, left : left + side], number // 4 % 4)
        Image.fromarray(np.ascontiguousarray(crop)).save(folder / f"{number:05d}.png")


def ours(recipe: Path, sources: Path, jobs: int) -> Cost:
    with tempfile.TemporaryDirectory(dir=sources.parent) as target:
        options = ["--recipe", str(recipe), "--scale", "4", "--jobs", str(jobs)]
        options += ["--format", "tar", "--streams"]
        return cost(["srq", "data", "degrade", str(sources), f"{target}/out", *options])


def two_runs(recipe: Path, sources: Path) -> Cost:
    """Two of ``ours`` at once, each over all sources; what half of both took."""
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: ours(recipe, sources, jobs=1), range(2)))
    wall = time.perf_counter() - began
    return Cost(sum(each.cpu for each in both) / 2, wall / 2, max(each.peak for each in both))


def theirs(sources: Path, noise: str) -> Cost:
    with tempfile.TemporaryDirectory(dir=sources.parent) as target:
        return cost(["benchmarks.peers.seed_tools", str(sources), f"{target}/out", noise])


def cost(command: Sequence[str]) -> Cost:
    """What ``python -m command`` took, and all its children."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(said)
    wall = time.perf_counter() - began
    # Of the children that it waited for itself, too.
    return Cost(usage.ru_utime + usage.ru_stime, wall, _bytes(usage))


def _bytes(usage: resource.struct_rusage) -> int:
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _median(costs: Sequence[Cost], what: str) -> float:
    return statistics.median(getattr(each, what) for each in costs)


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--sources", type=int, default=12, help="sources timed; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--many", type=int, default=0, help="small sources, for memory")
    parser.add_argument("--exact", choices=("default", "seed"), default="seed")
    parser.add_argument("--noise", choices=tuple(NOISES), default="white")
    parser.add_argument("--folder", type=Path, help="where the pictures go meanwhile")
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


def tables() -> dict[str, str]:
    """The newest times with each noise on each instruction set, and the newest memory."""
    histories = [
        harness.read_result(f) for f in sorted((harness.RESULTS / "degrade").glob("*.json"))
    ]
    results = [result for history in histories for result in history]
    timed = {(r["made"]["machine"]["isa"], r["noise"]): r for r in results if "sources" in r}
    lines = [
        "| | noise | srq, ms of processors a source | seeds' tools | times | by two jobs, times "
        "| by two runs |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (isa, noise), result in timed.items():
        cpu = result["cpu_ms_a_source"]
        lines.append(
            f"| {isa} | {noise} | {cpu['srq']:.0f} | {cpu['seed']:.0f} "
            f"| {result['seed_over_srq']:.2f} | {result['one_job_over_two']:.2f} "
            f"| {result.get('one_run_over_two', '–')} |"
        )
    memory = [result["memory"] for result in results if "memory" in result]
    said = "Memory was not measured yet."
    if memory:
        counts, peaks = memory[-1]["sources"], memory[-1]["peak"]
        said = " and ".join(
            f"{peak / 2**20:.0f} MiB over {count:,} sources"
            for count, peak in zip(counts, peaks, strict=True)
        )
        said = f"One process took at most {said}."
    return {"times": "\n".join(lines), "memory": said}


if __name__ == "__main__":
    sys.exit(main())
