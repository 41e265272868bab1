"""A training from its first step, or from where it stopped, to its checkpoint."""

import functools
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from srq.bundle import Notes, pack, unpack
from srq.datasets.pool import LumaPool
from srq.datasets.sampler import Sampler
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError
from srq.runs.interrupt import Interrupt
from srq.runs.processes import Processes
from srq.runs.progress import Observer
from srq.runs.state import State, newest_state
from srq.train.config import TrainConfig
from srq.train.folder import CONFIG_FILE, RunFolder, make_run_folder, refuse_used
from srq.train.machine import prepared, resolved
from srq.train.pictures import training_pool
from srq.train.trainer import DivergedError, Trainer
from srq.train.validation import Validation, crops_psnr
from srq.version import __version__

# How many training crops the score on training data is taken from.
_SCORED_CROPS = 64


@dataclass(frozen=True)
class Result:
    """What a training delivered: its checkpoint, and the last scores in dB."""

    checkpoint: Path
    steps: int
    scores: dict[str, float]


def start(
    config: TrainConfig, folder: Path, observer: Observer | None = None, *, workers: int = 1
) -> Result | None:
    """Train as ``config`` says, in the new run folder ``folder``.

    ``workers`` processes prepare the pictures (more than one needs an importable main module).
    In a training of several processes each of them calls this; only the first one writes, has
    an ``observer`` and gets a Result. Raises SrqError for the user's mistakes, before anything
    is written; DivergedError if the training does not stay finite; and KeyboardInterrupt, the
    state being saved, on Ctrl-C.
    """
    processes = Processes.from_environment()
    if processes.first:
        refuse_used(folder)
    config = replace(config, run=resolved(config.run, processes))
    return _train(_Job(config, folder, processes, observer, workers, fresh=True))


def resume(
    folder: Path,
    observer: Observer | None = None,
    *,
    steps: int | None = None,
    workers: int = 1,
) -> Result | None:
    """Go on with the training in ``folder`` from its newest state, as ``start`` would have.

    On the CPU the weights come out as those of an uninterrupted training, bit for bit. With
    ``steps`` it becomes longer; nothing else may change. Raises ConfigError if there is no
    training, or ``steps`` is lower than before, and as ``start`` does.
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
    config = replace(config, run=resolved(config.run, processes))
    return _train(_Job(config, folder, processes, observer, workers, fresh=False))


@dataclass(frozen=True)
class _Job:
    config: TrainConfig
    folder: Path
    processes: Processes
    observer: Observer | None
    workers: int
    fresh: bool

    @property
    def said(self) -> Observer:
        """Who hears of it: nobody, except in the first process."""
        return self.observer if self.observer and self.processes.first else Observer()


def _train(job: _Job) -> Result | None:
    config, processes, said = job.config, job.processes, job.said
    with prepared(config.run, processes) as device:
        said.say(f"Preparing the pictures of {', '.join(config.data.train)}.")
        pool = training_pool(config, job.workers)
        if pool.skipped:
            said.say(f"{len(pool.skipped)} pictures are left out: {pool.skipped[0]}")
        validation = Validation(config.validate, config.model.scale) if processes.first else None
        with processes.joined(device):
            state = None if job.fresh else _shared_state(job, device)
            trainer = Trainer(config, pool, processes, device, restored=state is not None)
            if state is not None:
                _restore(trainer, pool, state, said)
            if validation is None:
                _take_steps(job, trainer, None)
                return None
            make_run_folder(job.folder, config.to_toml())
            score = functools.partial(_train_score, config, pool, device)
            keeper = RunFolder(
                job.folder, trainer, validation, score, _notes(config, pool, trainer), said
            )
            if state is not None:
                keeper.restore(state)
            said.began(trainer.step, config.steps)
            try:
                _take_steps(job, trainer, keeper)
            finally:
                said.ended()
            return Result(keeper.deliver(), trainer.step, keeper.scores)


def _take_steps(job: _Job, trainer: Trainer, keeper: RunFolder | None) -> None:
    with Interrupt() as interrupt:
        while trainer.step < trainer.config.steps:
            try:
                loss, stop = trainer.take_step(interrupt.wished)
                if keeper is not None:
                    keeper.after_step(loss)
            except DivergedError as error:
                if keeper is not None:
                    keeper.draw()
                raise DivergedError(
                    f"{error} What was saved before is kept; lower optim.lr or set optim.clip and "
                    f"start anew, or from there with --set init_from={job.folder}."
                ) from None
            if stop:
                if keeper is not None:
                    keeper.save()
                    keeper.draw()
                    job.said.say(
                        f"Stopped after step {trainer.step}; "
                        f"go on with: srq train --resume {job.folder}"
                    )
                raise KeyboardInterrupt


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


def _shared_state(job: _Job, device: torch.device) -> State | None:
    """The run's newest state, or None if it has none; the first process reads it for all."""
    processes = job.processes
    state = newest_state(job.folder, job.said.say) if processes.first else None
    if processes.world == 1:
        return state
    data = pack(state.tensors, state.notes) if state is not None else b""
    data = processes.share(data, device)
    return State(job.folder, *unpack(data, job.folder)) if data else None


def _restore(trainer: Trainer, pool: LumaPool, state: State, said: Observer) -> None:
    if state.notes["pictures"] != pool.fingerprint:
        raise DataError(
            f"The training pictures are not those that {state.path} was trained on; "
            "bring them back, or start a new training."
        )
    trainer.restore(state.tensors, state.notes["step"], str(state.path))
    said.say(f"Going on from step {trainer.step}.")
