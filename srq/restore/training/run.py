"""A training of restoration from its first step, or from where it stopped, stage by stage."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from srq.bundle import Notes, read_bundle
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError
from srq.restore.networks.shipped import WEIGHTS_FILE, read, write
from srq.restore.training.config import RestoreConfig, StageName
from srq.restore.training.learner import StageLearner
from srq.restore.training.photographs import Photographs, load_photographs
from srq.restore.training.stage import Place, Stage
from srq.restore.training.stages import STAGES
from srq.runs.config_file import CONFIG_FILE, PICTURES, make_run_folder, refuse_used
from srq.runs.loop import Loop, Schedule
from srq.runs.machine import device_and_threads, prepared
from srq.runs.processes import Processes
from srq.runs.progress import Watcher
from srq.runs.state import shared_state
from srq.version import __version__


@dataclass(frozen=True)
class StageResult:
    """What a stage delivered: its weights, how many steps it took, and its last scores."""

    weights: Path
    steps: int
    scores: dict[str, float]


def start(
    config: RestoreConfig, folder: Path, watcher: Watcher | None = None
) -> dict[StageName, StageResult] | None:
    """Train the stages of ``config`` in the new run folder ``folder``.

    Each stage has a run folder in it. Of several processes only the first one writes, has a
    ``watcher`` and gets results. Raises SrqError for the user's mistakes, before anything is
    written; DivergedError if a stage does not stay finite; and KeyboardInterrupt, the state being
    saved, on Ctrl-C.
    """
    processes = Processes.from_environment()
    if processes.first:
        refuse_used(folder)
    for name in config.stages:
        if config.of(name).begin:
            _beginning(name, config.of(name).begin)
    return _train(config, folder, processes, watcher)


def resume(
    folder: Path, watcher: Watcher | None = None, assignments: Sequence[str] = ()
) -> dict[StageName, StageResult] | None:
    """Go on with the training in ``folder``, to the bits it would have had: stages that ended
    are passed over. ``assignments`` may choose stages for this time, and give one more steps.

    Raises ConfigError if there is no training or more is to change, DataError if its pictures
    changed, and as ``start`` does.
    """
    config = RestoreConfig.load(folder / CONFIG_FILE)
    changed = config.changed(assignments)
    return _train(changed, folder, Processes.from_environment(), watcher, kept=config.stages)


def _train(
    config: RestoreConfig,
    folder: Path,
    processes: Processes,
    watcher: Watcher | None,
    kept: tuple[StageName, ...] | None = None,
) -> dict[StageName, StageResult] | None:
    watcher = watcher if watcher and processes.first else Watcher()
    device, threads = device_and_threads(config.run.device, config.run.threads, processes)
    config = replace(config, run=replace(config.run, device=device, threads=threads))
    for recipe in (config.data.recipe, config.detector.film_recipe):
        Recipe.load(recipe)
    with prepared(device, threads, processes) as place_of_work:
        photographs = load_photographs(config.data, watcher.say)
        with processes.joined(place_of_work):
            if processes.first:
                written = replace(config, stages=kept or config.stages)
                make_run_folder(folder, written.to_toml())
            place = Place(config, photographs, processes, place_of_work, folder)
            results: dict[StageName, StageResult] = {
                name: _train_stage(name, place, watcher) for name in config.stages
            }
    return results if processes.first else None


def _train_stage(name: StageName, place: Place, watcher: Watcher) -> StageResult:
    config, processes, folder = place.config, place.processes, place.runs / name
    settings = config.of(name)
    weights = folder / WEIGHTS_FILE
    if weights.exists():
        _, notes = read_bundle(weights)
        _check_pictures(notes, name, place.photographs, weights)
        if notes["steps"] >= settings.steps:
            watcher.say(f"Stage {name}: done before.")
            return StageResult(weights, notes["steps"], notes["scores"])
    watcher.say(f"Stage {name}: {settings.steps} steps.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        stage: Stage = STAGES.load(name)(place)
    state = shared_state(folder, processes, place.device, watcher.say)
    first: Mapping[str, Tensor] = {}
    if settings.begin and (state is None or settings.kept):
        first = _begin(stage.network, name, settings.begin)
    stage.network.to(place.device)
    # torch's type stubs know no such call; its documentation does. A step is a tenth faster so.
    stage.network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    sums = torch.autocast(
        place.device.type, torch.bfloat16, enabled=config.run.precision == "bfloat16"
    )
    learner = StageLearner(stage, settings, processes, sums)
    notes = _notes(name, place, stage)
    schedule = Schedule(
        steps=settings.steps,
        log_every=config.run.log_every,
        measure_every=settings.measure_every,
        save_every=config.run.checkpoint_every,
        save_seconds=config.run.checkpoint_seconds,
    )

    def measure() -> dict[str, float]:
        return stage.measure(delivered(learner, first, settings.kept), folder / PICTURES)

    loop = Loop(
        learner,
        schedule,
        folder=folder if processes.first else None,
        notes=notes,
        measure=measure if processes.first else None,
        quantity=stage.quantity,
        watcher=watcher,
        resume=f"go on with: srq train --resume {place.runs}",
    )
    if state is not None:
        _check_pictures(state.notes, name, place.photographs, state.path)
        loop.restore(state)
    loop.run()
    if processes.first:
        network = delivered(learner, first, settings.kept)
        chosen = stage.finish(network)
        full = {**notes, "steps": learner.step, "scores": loop.scores, **chosen}
        write(weights, network, full)
    return StageResult(weights, learner.step, loop.scores)


def delivered(learner: StageLearner, first: Mapping[str, Tensor], kept: float) -> torch.nn.Module:
    """The stage's network with its averaged weights, of which those it had ``first`` keep the share
    ``kept``; a copy."""
    weights = dict(learner.averaged_state())
    if kept:
        for key, before in first.items():
            weights[key] = torch.lerp(weights[key], before.to(weights[key].device), kept)
    network = deepcopy(learner.stage.network).eval()
    network.load_state_dict(weights)
    return network


def _beginning(name: StageName, begin: str) -> Any:
    """The network that stage ``name`` begins with; ConfigError if it is another stage's."""
    network, notes = read(Path(begin))
    if notes["stage"] != name:
        raise ConfigError(
            f"The stage '{name}' cannot begin with {begin}, which is of the stage "
            f"'{notes['stage']}'."
        )
    return network


def _begin(network: Any, name: StageName, begin: str) -> Mapping[str, Tensor]:
    """Give ``network`` the weights to begin with, and return them; ConfigError if it has another
    shape."""
    first = _beginning(name, begin)
    if first.config != network.config:
        raise ConfigError(
            f"The stage '{name}' cannot begin with {begin}, whose network has another shape."
        )
    weights: Mapping[str, Tensor] = first.state_dict()
    network.load_state_dict(weights)
    return weights


def _notes(name: StageName, place: Place, stage: Stage) -> Notes:
    config = place.config
    network: Any = stage.network
    return {
        "stage": name,
        "srq": __version__,
        "torch": torch.__version__,
        "network": network.config,
        "recipe": {
            "name": config.data.recipe,
            "fingerprint": Recipe.load(config.data.recipe).fingerprint,
        },
        "pictures": _pictures(name, place.photographs),
        "seed": config.seed,
        "config": {"data": asdict(config.data), name: asdict(config.of(name))},
    }


def _pictures(stage: StageName, photographs: Photographs) -> str:
    """The fingerprint of what a stage learns from."""
    if stage == "vae-x":
        return f"{photographs.fingerprint} {photographs.real_fingerprint}"
    return photographs.fingerprint


def _check_pictures(notes: Notes, stage: StageName, photographs: Photographs, path: Path) -> None:
    if notes["pictures"] != _pictures(stage, photographs):
        raise DataError(
            f"The pictures are not those that {path} was trained on; bring them back, or start a "
            "new training."
        )
