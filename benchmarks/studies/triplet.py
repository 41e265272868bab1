"""What do the parts of the triplet give? The published paper's two ablations, on small trainings.

    python -m benchmarks.studies.triplet RUNS [--vae STEPS] [--mapping STEPS] [--limit N]

needs the pictures in SRQ_DATA. VAE-X is trained with several weights of its latent discriminator,
and without it; how often does a new network then tell the latents of real photographs from those of
made ones, of pictures that neither of the two has seen? Between two of these autoencoders the
mapping is trained with and without partial non-local attention, from three seeds, all else equal,
on pictures whose damage is told; B100 is then damaged by the recipe and restored with the true
mask.

The run folders stay in RUNS, and trainings and figures that are there are not made again.
"""

import shutil
import statistics
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks import harness
from benchmarks.studies.restoration import RECIPE, cases, compared, data_folder, ours, pictures_of
from srq.degrade import Recipe
from srq.provenance import Provenance
from srq.restore.networks import shipped
from srq.restore.networks.discriminator import LatentDiscriminator
from srq.restore.pipeline import Options
from srq.restore.stages import Networks
from srq.restore.training.config import RestoreConfig
from srq.restore.training.photographs import Photographs, load_photographs
from srq.restore.training.run import resume
from srq.restore.training.stage import Place
from srq.restore.training.stages.vae_x import VaeXStage
from srq.runs.config_file import CONFIG_FILE, make_run_folder
from srq.runs.processes import Processes

RESULT = harness.RESULTS / "triplet.json"
SEEDS = (0, 1, 2)
WEIGHTS = (0.0, 0.005, 0.05)
"""Of the latent discriminator."""

MAPPED = 0.005
"""That of the VAE-X which the mappings are trained on."""

SETTINGS = ("data.told=1.0", "run.threads=1", "run.device=cpu")

_HELD_REAL = 3
"""One in so many real photographs is kept from VAE-X and from learning to tell."""

_TELLING = 400
"""Steps of the network that tells real from made."""

_TOLD = 40
"""Batches that it is judged on."""

_LATER = 1_000_000
"""The step from which its batches are counted: one that no training reaches."""


_photographs = cache(load_photographs)
"""All runs have the same; they are read once."""


def trained(folder: Path, settings: Sequence[str], done: dict[str, Path]) -> Path:
    """The run folder of a training in which the stages ``done`` were trained elsewhere."""
    if not (folder / CONFIG_FILE).exists():
        for stage, run in done.items():
            shutil.copytree(run / stage, folder / stage, dirs_exist_ok=True)
        make_run_folder(folder, RestoreConfig.load("restore", settings).to_toml())
    resume(folder)
    return folder


def real_photographs(runs: Path) -> tuple[Path, Path]:
    """Folders of links to the real photographs: to learn from, and to be judged on."""
    folders = runs / "real", runs / "held-real"
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(sorted((data_folder() / "old").iterdir())):
        link = folders[number % _HELD_REAL == 0] / path.name
        if not link.exists():
            link.symlink_to(path.resolve())
    return folders


def latents(run: Path, held: Path, weight: float) -> dict[str, float]:
    """What VAE-X of a run gives back of made photographs, and how often they are told apart."""
    _, notes = shipped.read(run / "vae-x" / shipped.WEIGHTS_FILE)
    return {
        "weight": weight,
        "psnr": notes["scores"]["made"],
        "told_apart": told_apart(run, held),
    }


def told_apart(run: Path, held: Path) -> float:
    """How often a network that learned it tells latents of real photographs and made ones apart."""
    config = RestoreConfig.load(run / CONFIG_FILE)
    seen = _photographs(config.data)
    unseen = _photographs(replace(config.data, real=str(held)))
    unseen = replace(unseen, train=unseen.held)
    stages = [_batches(config, each, run) for each in (seen, unseen)]
    encoder = shipped.read(run / "vae-x" / shipped.WEIGHTS_FILE)[0].encoder
    torch.manual_seed(0)
    network = LatentDiscriminator(config.vae_y.latent)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    for step in range(_TELLING):
        z, made = _latents(encoder, stages[0], step)
        loss = nn.functional.binary_cross_entropy_with_logits(_verdicts(network, z), made)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    right: list[float] = []
    with torch.no_grad():
        for step in range(_TOLD):
            z, made = _latents(encoder, stages[1], step)
            right += ((_verdicts(network.eval(), z) > 0) == (made > 0)).float().tolist()
    return statistics.mean(right)


def _batches(config: RestoreConfig, photographs: Photographs, run: Path) -> VaeXStage:
    processes = Processes.from_environment()
    return VaeXStage(Place(config, photographs, processes, torch.device("cpu"), run))


def _latents(encoder: Any, stage: VaeXStage, step: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Latents of a batch, and 1 for each made one."""
    old, count, _ = stage.batch(_LATER + step)
    with torch.no_grad():
        z = encoder(old)
    return z, (torch.arange(len(z)) < count).float()


def _verdicts(network: nn.Module, z: torch.Tensor) -> torch.Tensor:
    return network(z).mean((1, 2, 3))


def restored(pictures: Sequence[Path], runs: dict[str, Path]) -> dict[str, Any]:
    """The scores of each run's triplet, and of filling alone, with the true mask."""
    keep = Options.named("keep")
    methods = {
        name: ours(Networks(None, None, shipped.load("mapping", run)), keep)
        for name, run in runs.items()
    }
    recipe = Recipe.load(RECIPE).without(("colour",))
    return compared(cases(pictures, recipe), {"fill alone": ours(Networks(), keep), **methods})


def tables() -> dict[str, str]:
    """``latents``: how often real and made are told apart; ``attention``: the scores by seed."""
    record = harness.read_result(RESULT)
    return {
        "latents": latents_table(record["latents"]),
        "attention": attention_table(record["rows"]),
    }


def attention_table(rows: dict[str, Any]) -> str:
    """The scores of each seed with and without attention, and their means, as markdown."""
    lines = [
        "| true mask told | PSNR | SSIM | PSNR in the mask |",
        "| --- | ---: | ---: | ---: |",
        *(_line(name, [rows[name]]) for name in ("input", "fill alone")),
    ]
    for kind in ("with", "without"):
        each = [rows[f"{kind}-{seed}"] for seed in SEEDS]
        for seed, row in zip(SEEDS, each, strict=True):
            lines.append(_line(f"{kind} attention, seed {seed}", [row]))
        lines.append(_line(f"*{kind} attention, mean*", each))
    return "\n".join(lines)


def _line(name: str, rows: list[dict[str, float]]) -> str:
    means = {key: statistics.mean(row[key] for row in rows) for key in ("psnr", "ssim", "mask")}
    return f"| {name} | {means['psnr']:.2f} | {means['ssim']:.4f} | {means['mask']:.2f} |"


def latents_table(rows: list[dict[str, float]]) -> str:
    """What VAE-X gives back, and how often real and made latents are told apart, as markdown."""
    lines = [
        "| discriminator's weight | made ones given back: PSNR | told apart from real ones |",
        "| --- | ---: | ---: |",
        *(
            f"| {row['weight']:g} | {row['psnr']:.1f} | {100 * row['told_apart']:.1f} % |"
            for row in rows
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    """Train what is missing, and write the result."""
    parser = harness.parser(__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--vae", type=int, default=1500)
    parser.add_argument("--mapping", type=int, default=1000)
    parser.add_argument("--limit", type=int, help="so many pictures, evenly chosen")
    parser.add_argument("--set", action="append", default=[], help="more settings of the trainings")
    parser.add_argument("--json", type=Path, default=RESULT)
    options = parser.parse_args()
    runs = options.runs.resolve()
    real, held = real_photographs(runs)
    steps = {"vae": options.vae, "mapping": options.mapping}
    common = [
        *SETTINGS,
        *options.set,
        f"data.real={real}",
        f"vae_y.steps={options.vae}",
        f"vae_x.steps={options.vae}",
        f"mapping.steps={options.mapping}",
    ]
    clean = trained(runs / "clean", [*common, "stages=vae-y"], {})
    opposed = {
        weight: trained(
            runs / f"opposed-{weight:g}",
            [*common, "stages=vae-x", f"vae_x.adversary={weight}"],
            {"vae-y": clean},
        )
        for weight in WEIGHTS
    }
    autoencoders = {"vae-y": clean, "vae-x": opposed[MAPPED]}
    mappings = {
        f"{kind}-{seed}": trained(
            runs / f"{kind}-{seed}",
            [*common, "stages=mapping", f"seed={seed}", f"mapping.attention={attention}"],
            autoencoders,
        )
        for seed in SEEDS
        for kind, attention in (("with", "true"), ("without", "false"))
    }
    record = harness.read_result(options.json) if options.json.is_file() else {}
    if record.get("steps") != steps or record.get("settings") != options.set:
        record = {"steps": steps, "settings": options.set, "latents": []}
    judged = {row["weight"] for row in record["latents"]}
    for weight in WEIGHTS:
        if weight not in judged:
            record["latents"].append(latents(opposed[weight], held, weight))
            harness.write_result(options.json, record)
    pictures = pictures_of("B100", options.limit)
    record["made"] = Provenance.now().to_json()
    record["count"] = len(pictures)
    record["rows"] = restored(pictures, mappings)
    harness.write_result(options.json, record)


if __name__ == "__main__":
    main()
