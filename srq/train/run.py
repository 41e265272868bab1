"""A training from its first step, or from where it stopped, to its checkpoint."""

import functools
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from srq import __version__
from srq.datasets.build import build_pool
from srq.datasets.lists import training_pictures
from srq.datasets.pool import LumaPool
from srq.datasets.sampler import Sampler
from srq.degrade import Recipe
from srq.errors import CheckpointError, ConfigError, DataError
from srq.train.bundle import Notes, pack, unpack
from srq.train.config import TrainConfig
from srq.train.folder import CONFIG_FILE, RunFolder, make_run_folder, refuse_used
from srq.train.interrupt import Interrupt
from srq.train.machine import prepared, resolved
from srq.train.processes import Processes
from srq.train.progress import Observer, Silent
from srq.train.state import State, newest_state
from srq.train.trainer import DivergedError, Trainer
from srq.train.validation import Validation, crops_psnr

# How many training crops the score on training data is taken from.
_SCORED_CROPS = 64


@dataclass(frozen=True)
class Result:
    """What a training delivered: its checkpoint, and the last scores in dB."""

    checkpoint: Path
    steps: int
    scores: dict[str, float]


def start(config: TrainConfig, folder: Path, observer: Observer | None = None) -> Result | None:
    """Train as ``config`` says, in the new run folder ``folder``.

    In a training of several processes each of them calls this; only the first one writes, has
    an ``observer`` and gets a Result. Raises SrqError for the user's mistakes, before anything
    is written; DivergedError if the training does not stay finite; and KeyboardInterrupt, the
    state being saved, on Ctrl-C.
    """
    processes = Processes.from_environment()
    if processes.first:
        refuse_used(folder)
    config = replace(config, run=resolved(config.run, processes))
    return _train(config, folder, processes, observer, fresh=True)


def resume(
    folder: Path, observer: Observer | None = None, *, steps: int | None = None
) -> Result | None:
    """Go on with the training in ``folder`` from its newest state, as ``start`` would have.

    On the CPU the weights come out as those of an uninterrupted training, bit for bit. With
    ``steps`` it becomes longer; nothing else may change. Raises ConfigError if there is no
    training, or ``steps`` is lower than before.
    """
    file = folder / CONFIG_FILE
    if not file.is_file():
        raise ConfigError(
            f"{folder} holds no training to resume (there is no {CONFIG_FILE} in it); "
            "name the folder that 'srq train' wrote."
        )
    config = TrainConfig.load(file)
    if steps is not None:
        if steps < config.steps:
            raise ConfigError(
                f"{folder} is a training of {config.steps} steps and cannot become one of {steps}; "
                "name a larger number, or start a new training."
            )
        config = replace(config, steps=steps)
    processes = Processes.from_environment()
    resolved(config.run, processes)
    return _train(config, folder, processes, observer, fresh=False)


def _train(
    config: TrainConfig,
    folder: Path,
    processes: Processes,
    observer: Observer | None,
    *,
    fresh: bool,
) -> Result | None:
    said = observer if observer is not None and processes.first else Silent()
    with prepared(config.run, processes) as device:
        pool = _pool(config, said)
        validation = Validation(config.validate, config.model.scale) if processes.first else None
        with processes.joined(device):
            trainer = Trainer(config, pool, processes, device)
            notes = _notes(config, pool, trainer)
            state = None if fresh else _restore(trainer, folder, notes, said, processes)
            keeper = None
            if validation is not None:
                make_run_folder(folder, config.to_toml())
                score = functools.partial(_train_score, config, pool, device)
                keeper = RunFolder(folder, trainer, validation, score, notes, said)
                if state is not None:
                    keeper.restore(state)
            said.began(trainer.step, config.steps)
            try:
                _take_steps(trainer, keeper, said)
            finally:
                said.ended()
            if keeper is None:
                return None
            return Result(keeper.deliver(), trainer.step, keeper.scores)


def _take_steps(trainer: Trainer, keeper: RunFolder | None, said: Observer) -> None:
    with Interrupt() as interrupt:
        while trainer.step < trainer.config.steps:
            try:
                loss, stop = trainer.take_step(interrupt.wished)
                if keeper is not None:
                    keeper.after_step(loss)
                    if stop:
                        keeper.save()
            except DivergedError as error:
                advice = "lower optim.lr or set optim.clip and start anew"
                if keeper is not None:
                    advice += f", from {keeper.folder} if it holds a state (init_from)"
                raise DivergedError(f"{error} The states before it are kept; {advice}.") from None
            if stop:
                if keeper is not None:
                    said.say(
                        f"Stopped after step {trainer.step}; "
                        f"go on with: srq train --resume {keeper.folder}"
                    )
                raise KeyboardInterrupt


def _pool(config: TrainConfig, said: Observer) -> LumaPool:
    data = config.data
    pictures = training_pictures(data.train)
    said.say(f"Preparing {len(pictures)} training pictures ({data.recipe}).")
    pool = build_pool(
        pictures,
        scale=config.model.scale,
        recipe=Recipe.load(data.recipe),
        crop=data.crop,
        augment_scales=data.augment_scales,
        variants=data.variants,
        seed=config.seed,
    )
    if pool.skipped:
        said.say(f"{len(pool.skipped)} of them are left out: {pool.skipped[0]}")
    return pool


def _train_score(
    config: TrainConfig, pool: LumaPool, device: torch.device, network: torch.nn.Module
) -> float:
    """The PSNR on a fixed set of training crops."""
    sampler = Sampler(pool, crop=config.data.crop, batch=_SCORED_CROPS, seed=config.seed)
    return crops_psnr(network, sampler.batch(0), device)


def _notes(config: TrainConfig, pool: LumaPool, trainer: Trainer) -> Notes:
    return {
        "srq": __version__,
        "torch": torch.__version__,
        "model": {"name": trainer.network.name, "config": trainer.network.config},
        "recipe": {
            "name": config.data.recipe,
            "fingerprint": Recipe.load(config.data.recipe).fingerprint,
        },
        "pictures": pool.fingerprint,
        "seed": config.seed,
        "config": asdict(config),
    }


def _restore(
    trainer: Trainer, folder: Path, notes: Notes, said: Observer, processes: Processes
) -> State | None:
    """Put the trainer where the newest state says; the first process reads it for all."""
    state = newest_state(folder, said.say) if processes.first else None
    data = pack(state.tensors, state.notes) if state is not None else b""
    data = processes.share(data, trainer.device)
    if not data:
        return None
    name = state.path if state is not None else folder
    tensors, held = unpack(data, name)
    if held["pictures"] != notes["pictures"]:
        raise DataError(
            f"The training pictures are not those that {folder} began with; "
            "bring them back, or start a new training."
        )
    if held["step"] > trainer.config.steps:
        raise CheckpointError(f"{name} is of step {held['step']}, past the training's end.")
    trainer.restore(tensors, held["step"], str(name))
    said.say(f"Going on from step {trainer.step}.")
    return State(Path(name), tensors, held)
