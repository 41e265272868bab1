"""What does each set of training pictures give? Trainings that differ in their pictures alone.

    python -m benchmarks.studies.training_sets --steps 2000

Each trains ``kim`` at x2, 64 and 48 channels wide, from two seeds; the table has the means,
and by how much the seeds differ. Trainings that the result file holds already (of the same number
of steps) are not run again, so the study can be stopped and started at will.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import harness
from srq.evaluate import Suite, evaluate
from srq.evaluate.choose import open_model
from srq.train.config import TrainConfig
from srq.train.run import start

RESULT = harness.RESULTS / "training_sets.json"
TESTS = ("Set5", "Set14", "B100", "Urban100")
SEEDS = (0, 1)
FIRST = ("T91", "BSD200")
MORE = ("BSDS500test", "DIV2Kluma", "General100luma", "HRluma")
PICTURES = (("T91",), FIRST, *((*FIRST, more) for more in MORE), (*FIRST, *MORE))
SETTINGS = ("run.threads=1", "validate.sets=[]", "model.options.wide=64", "model.options.narrow=48")


def trained(pictures: Sequence[str], seed: int, steps: int) -> dict[str, Any]:
    """One row: the mean PSNR of each test set after a training on those sets."""
    settings = [*SETTINGS, f"steps={steps}", f"seed={seed}", f"data.train={','.join(pictures)}"]
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        start(TrainConfig.load("kim-x2", settings), run)
        found = evaluate([open_model(f"it={run}")], Suite(TESTS))
    means = {name: found.mean("it", name, "clean") for name in TESTS}
    return {
        "pictures": list(pictures),
        "seed": seed,
        "psnr": {name: mean.psnr for name, mean in means.items() if mean},
        "made": found.made.to_json(),
    }


def tables() -> dict[str, str]:
    """The table of the result file."""
    return {"scores": table(harness.read_result(RESULT))}


def table(record: dict[str, Any]) -> str:
    """The means over the seeds as markdown, and the most by which two seeds differ."""
    head = f"| {record['steps']:,} steps on | {' | '.join(TESTS)} |"
    lines = [head, "| --- |" + " ---: |" * len(TESTS)]
    apart: dict[str, float] = dict.fromkeys(TESTS, 0.0)
    for pictures in PICTURES:
        rows = [row["psnr"] for row in record["rows"] if row["pictures"] == list(pictures)]
        if not rows:
            continue
        columns = {name: [row[name] for row in rows] for name in TESTS}
        for name, values in columns.items():
            apart[name] = max(apart[name], max(values) - min(values))
        means = (f"{sum(values) / len(values):.2f}" for values in columns.values())
        lines.append(f"| {', '.join(pictures)} | {' | '.join(means)} |")
    most = (f"{each:.2f}" for each in apart.values())
    lines.append(f"| *two seeds differ by at most* | {' | '.join(most)} |")
    return "\n".join(lines)


def main() -> None:
    """Fill in the result file, row by row."""
    parser = harness.parser(__doc__)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--json", type=Path, default=RESULT)
    options = parser.parse_args()
    record = harness.begun(options.json, options.steps)
    done = {(tuple(row["pictures"]), row["seed"]) for row in record["rows"]}
    for seed in SEEDS:
        for pictures in PICTURES:
            if (pictures, seed) not in done:
                record["rows"].append(trained(pictures, seed, options.steps))
                harness.write_result(options.json, record)
                print(pictures, seed, record["rows"][-1]["psnr"], flush=True)
    print(table(record))


if __name__ == "__main__":
    main()
