"""How few bits will do? PSNR at every width of weights and activations, trained or not.

    python -m benchmarks.studies.quantization kim-x2
    python -m benchmarks.studies.quantization kim-x2 --per-channel
    python -m benchmarks.studies.quantization kim-x2 --train 2000 --widths 4-5x6-8 --above 0.005

The result file grows cell by cell, and what stands in it is not measured again. Twins are
evaluated in float32, which is within 0.001 dB of their integers.
"""

import argparse
import platform
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks import harness
from srq.files import sha256_file
from srq.models import Network
from srq.quant import Twin, calibration_set, fit
from srq.quant.calibration import Calibration
from srq.quant.config import load_config
from srq.quant.evaluation import Pictures
from srq.quant.figure import draw_sweep
from srq.quant.finetune import finetune
from srq.quant.results import Method, SweepResults, Training
from srq.quant.sweep import WRITTEN, Widths, parse_widths
from srq.quant.training_data import TrainingData, training_data
from srq.train.weights import find_weights
from srq.zoo import resolve

RESULT = harness.RESULTS / "quantization-kim-x2.json"
"""What the page shows."""
SETS = {"Set5": 0, "Set14": 0, "B100": 10}
"""The sets and how many of their pictures are taken; 0 is all."""


def main() -> None:
    options = _options()
    torch.set_num_threads(options.threads)
    source = resolve(options.checkpoint, "float")
    found = find_weights(source)
    network, data = found.network(), training_data(found.notes)
    path = options.json or harness.RESULTS / f"quantization-{source.stem}.json"
    pictures = [
        Pictures([name], scale=network.scale, recipe=data.validate_recipe, most=most)
        for name, most in SETS.items()
    ]
    results = _results(path, source, network, pictures)
    crops = calibration_set(data.train, scale=network.scale, recipe=data.recipe)
    method = Method(options.per_channel, bool(options.train))
    for widths in parse_widths(options.widths):
        before = results.lost(replace(method, trained=False), widths)
        needless = method.trained and before is not None and before < options.above
        if (method, widths) in results.scores or needless:
            continue
        twin = _twin(network, data, widths, method, crops, options)
        results.scores[method, widths] = _scores(twin, pictures)
        if method.trained:
            results.trainings[method, widths] = Training(options.train, options.lr)
        results.write(path)
        print(f"{method}, {widths}: {results.lost(method, widths):.3f} dB lost", flush=True)


def _twin(
    network: Network,
    data: TrainingData,
    widths: Widths,
    method: Method,
    crops: Calibration,
    options: argparse.Namespace,
) -> Twin:
    twin = Twin(
        network,
        weight_bits=widths.weights,
        activation_bits=widths.activations,
        per_channel=method.per_channel,
    )
    fit(twin, crops)
    if method.trained:
        changes = [f"steps={options.train}", f"optim.lr={options.lr}"]
        changes += [f"data.cache={options.cache}"] if options.cache else []
        config = load_config(
            "qat",
            network,
            data,
            teacher=resolve(options.checkpoint, "float"),
            assignments=changes,
        )
        run = replace(config.run, threads=options.threads, device="cpu")
        finetune(twin, replace(config, run=run))
    return twin


def _scores(network: torch.nn.Module, pictures: list[Pictures]) -> dict[str, float]:
    found: dict[str, float] = {}
    for some in pictures:
        found |= some.psnr_of(network)
    return found


def _results(path: Path, source: Path, network: Network, pictures: list[Pictures]) -> SweepResults:
    """Those in the file, if they are of this network and these pictures; else fresh ones."""
    about = {"checkpoint": source.name, "sha256": sha256_file(source), "pictures": SETS}
    if path.exists():
        results = SweepResults.read(path)
        if all(results.about.get(key) == value for key, value in about.items()):
            return results
    about |= {"torch": torch.__version__, "python": platform.python_version()}
    return SweepResults(about, _scores(network, pictures))


def tables() -> dict[str, str]:
    """The tables of the result file."""
    return {"sweep": SweepResults.read(RESULT).markdown()}


def plot(path: Path) -> None:
    """Draw the dB lost, by the width of the activations."""
    results = SweepResults.read(RESULT)
    draw_sweep(
        {str(method): results.curve(method) for method in results.methods},
        path,
        reference=0.0,
        title="mean of the sets",
        shown=(4, 5, 6, 7, 8, 10, 12),
    )


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("checkpoint", help="a float checkpoint, or a name of the zoo")
    parser.add_argument("--widths", default=WRITTEN, help=f"such as {WRITTEN}")
    parser.add_argument("--per-channel", action="store_true")
    parser.add_argument("--train", type=int, default=0, help="steps of training with rounding")
    parser.add_argument(
        "--above", type=float, default=0.0, help="train only what loses as many dB untrained"
    )
    parser.add_argument("--lr", type=float, default=2.5e-3, help="its learning rate")
    parser.add_argument("--cache", default="", help="where prepared training pictures are kept")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="the result file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
