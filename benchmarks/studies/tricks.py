"""What does each trick of the training give? Short trainings that differ in one thing.

    python -m benchmarks.studies.tricks --steps 6000

Every way trains ``kim`` at x2 for as many steps on the same pictures and is measured on the
test sets. A way that the result file holds already (of the same number of steps) is not
trained again, so the benchmark can be stopped and started at will.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks import harness
from srq.evaluate import Evaluation, Suite, evaluate
from srq.evaluate.choose import open_model
from srq.models import build
from srq.models.checkpoint import write_checkpoint
from srq.train.config import TrainConfig
from srq.train.run import start

RESULT = harness.RESULTS / "tricks.json"
SETS = ("Set5", "Set14", "B100")
PLAIN = ("expand.hidden=0", "run.threads=1", "validate.sets=[]")
ADAM = (*PLAIN, "optim.name=adam", "optim.betas=[0.9,0.999]")
SOAP = (*PLAIN, "optim.name=soap", "optim.betas=[0.95,0.99]", "optim.lr=3e-2")


@dataclass(frozen=True)
class Way:
    """A training: what it changes in the shipped configuration, and how it begins.

    A head that is not ``centred`` has kernels of any mean; ``from_wide`` first trains a network
    of 48 and 32 channels for as long, and goes on from those of its channels that matter most.
    """

    name: str
    settings: tuple[str, ...]
    centred: bool = True
    from_wide: bool = False


WAYS = (
    Way("Adam at the paper's 1e-4", (*ADAM, "optim.lr=1e-4"), centred=False),
    Way("Adam at 6e-3", (*ADAM, "optim.lr=6e-3"), centred=False),
    Way(
        "Adam at 3e-3, expanded through 128",
        (*ADAM, "optim.lr=3e-3", "expand.hidden=128"),
        centred=False,
    ),
    Way("Adam at 6e-3, head of mean zero", (*ADAM, "optim.lr=6e-3")),
    Way("SOAP at 3e-2", SOAP, centred=False),
    Way("SOAP at 3e-2, head of mean zero", SOAP),
    Way("... another seed", (*SOAP, "seed=1")),
    Way("... from a wider network's best channels", SOAP, from_wide=True),
    Way("... SOAP at 6e-2", (*SOAP, "optim.lr=6e-2")),
    Way("... L2 loss", (*SOAP, "loss=l2")),
    Way("... Charbonnier loss", (*SOAP, "loss=charbonnier")),
    Way("... 8 crops of 48x48", (*SOAP, "data.crop=48", "data.batch=8")),
    Way("... pictures at full size alone", (*SOAP, "data.augment_scales=[1.0]")),
)


def trained(way: Way, steps: int, folder: Path) -> tuple[Path, float]:
    """The run folder of a training, and the milliseconds a step took."""
    settings = [*way.settings, f"steps={steps}"]
    if not way.centred:
        torch.manual_seed(0)
        network = build("kim")
        with torch.no_grad():
            network.head.weight.uniform_(-(3**-0.5), 3**-0.5)
        write_checkpoint(folder / "begin.safetensors", network, network.state_dict(), {})
        settings.append(f"init_from={folder / 'begin.safetensors'}")
    if way.from_wide:
        wide = ["model.options.wide=48", "model.options.narrow=32"]
        start(TrainConfig.load("kim-x2", [*settings, *wide]), folder / "wide")
        settings.append(f"init_from={folder / 'wide'}")
    began = time.perf_counter()
    start(TrainConfig.load("kim-x2", settings), folder / "run")
    return folder / "run", 1e3 * (time.perf_counter() - began) / steps


def measured(way: Way, steps: int) -> dict[str, Any]:
    """One row: the mean PSNR of each set after a training."""
    with tempfile.TemporaryDirectory() as folder:
        run, milliseconds = trained(way, steps, Path(folder))
        evaluation: Evaluation = evaluate([open_model(f"way={run}")], Suite(SETS))
    means = {name: evaluation.mean("way", name, "clean") for name in SETS}
    return {
        "name": way.name,
        "settings": list(way.settings),
        "head of mean zero": way.centred,
        "from a wider network": way.from_wide,
        "psnr": {name: mean.psnr for name, mean in means.items() if mean},
        "ms": milliseconds,
        "made": evaluation.made.to_json(),
    }


def tables() -> dict[str, str]:
    """The table of the result file."""
    return {"scores": table(harness.read_result(RESULT))}


def table(record: dict[str, Any]) -> str:
    """The rows of a result as markdown."""
    lines = [
        f"| after {record['steps']:,} steps | {' | '.join(SETS)} |",
        "| --- |" + " ---: |" * len(SETS),
    ]
    for row in record["rows"]:
        figures = (f"{row['psnr'][name]:.2f}" for name in SETS)
        lines.append(f"| {row['name']} | {' | '.join(figures)} |")
    return "\n".join(lines)


def main() -> None:
    """Fill in the result file, row by row."""
    parser = harness.parser(__doc__)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--json", type=Path, default=RESULT)
    options = parser.parse_args()
    record = harness.begun(options.json, options.steps)
    done = {row["name"]: row for row in record["rows"]}
    for way in WAYS:
        if way.name not in done:
            done[way.name] = measured(way, options.steps)
            record["rows"] = [done[w.name] for w in WAYS if w.name in done]
            harness.write_result(options.json, record)
        print(way.name, {k: round(v, 2) for k, v in done[way.name]["psnr"].items()}, flush=True)
    print(table(record))


if __name__ == "__main__":
    main()
