"""A training from its first step, or from where it stopped, to its checkpoint."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from srq.bundle import Notes
from srq.datasets.pool import LumaPool
from srq.datasets.sampler import Sampler
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError
from srq.models.checkpoint import write_checkpoint
from srq.runs.config_file import CONFIG_FILE, PICTURES, make_run_folder, refuse_used
from srq.runs.loop import DivergedError, Loop, Measure, Schedule
from srq.runs.machine import prepared
from srq.runs.processes import Processes
from srq.runs.progress import Watcher
from srq.runs.state import State, shared_state
from srq.train.check import check_named
from srq.train.config import TrainConfig
from srq.train.machine import resolved
from srq.train.optimizer import fitted_warmup
from srq.train.pictures import training_pool
from srq.train.trainer import Trainer
from srq.train.validation import Validation, crops_psnr
from srq.train.weights import MODEL_FILE
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
    config: TrainConfig, folder: Path, watcher: Watcher | None = None, *, workers: int = 1
) -> Result | None:
    """Train as ``config`` says, in the new run folder ``folder``.

    ``workers`` processes prepare the pictures (more than one needs an importable main module).
    In a training of several processes each of them calls this; only the first one writes, has
    a ``watcher`` and gets a Result. Raises SrqError for the user's mistakes, before anything
    is written; DivergedError if the training does not stay finite; and KeyboardInterrupt, the
    state being saved, on Ctrl-C.
    """
    processes = Processes.from_environment()
    if processes.first:
        refuse_used(folder)
    config = replace(config, run=resolved(config.run, processes))
    return _train(_Job(config, folder, processes, watcher, workers, fresh=True))


def resume(
    folder: Path,
    watcher: Watcher | None = None,
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
    return _train(_Job(config, folder, processes, watcher, workers, fresh=False))


@dataclass(frozen=True)
class _Job:
    config: TrainConfig
    folder: Path
    processes: Processes
    given_watcher: Watcher | None
    workers: int
    fresh: bool

    @property
    def watcher(self) -> Watcher:
        """Who hears of it: nobody, except in the first process."""
        return self.given_watcher if self.given_watcher and self.processes.first else Watcher()


def _train(job: _Job) -> Result | None:
    config, processes, watcher = job.config, job.processes, job.watcher
    check_named(config, fresh=job.fresh)
    warmup = fitted_warmup(config.optim, config.steps)
    if warmup < config.optim.warmup:
        watcher.say(
            f"The warm-up is cut from {config.optim.warmup} steps to {warmup}, a tenth of the"
            " training."
        )
    with prepared(config.run.device, config.run.threads, processes) as device:
        pool = training_pool(config, job.workers, watcher.say)
        validation = Validation(config.validate, config.model.scale) if processes.first else None
        with processes.joined(device):
            state = None
            if not job.fresh:
                state = shared_state(job.folder, processes, device, watcher.say)
            if state is not None:
                _check_pictures(state, pool)
            trainer = Trainer(config, pool, processes, device, restored=state is not None)
            loop = _loop(job, trainer, pool, validation)
            if state is not None:
                loop.restore(state)
            if processes.first:
                make_run_folder(job.folder, config.to_toml())
            try:
                loop.run()
            except DivergedError as error:
                raise DivergedError(
                    f"{error} What was saved before is kept; lower optim.lr or set optim.clip and "
                    f"start again, or from there with --set init_from={job.folder}."
                ) from None
            return _deliver(job, trainer, pool, loop.scores) if processes.first else None


def _loop(job: _Job, trainer: Trainer, pool: LumaPool, validation: Validation | None) -> Loop:
    """The loop of a process; that of the first one measures and writes as well."""
    config = job.config
    schedule = Schedule(
        steps=config.steps,
        log_every=config.run.log_every,
        measure_every=config.validate.every,
        save_every=config.run.checkpoint_every,
        save_seconds=config.run.checkpoint_seconds,
    )
    if validation is None:
        return Loop(trainer, schedule)
    return Loop(
        trainer,
        schedule,
        folder=job.folder,
        notes=_notes(config, pool, trainer),
        measure=_measure(trainer, pool, validation, job.folder / PICTURES),
        watcher=job.watcher,
        resume=f"go on with: srq train --resume {job.folder}",
    )


def _measure(trainer: Trainer, pool: LumaPool, validation: Validation, pictures: Path) -> Measure:
    """Measures the averaged network on training crops and on the validation pictures, of which
    it writes some into the folder ``pictures``."""
    config, device = trainer.config, trainer.device
    sampler = Sampler(pool, crop=config.data.crop, batch=_SCORED_CROPS, seed=config.seed)

    def measure() -> dict[str, float]:
        network = trainer.averaged_network()
        scores = {
            "train": crops_psnr(network, sampler.batch(0), device),
            **validation.measure(network, device),
        }
        validation.write_pictures(network, device, pictures)
        return scores

    return measure


def _deliver(job: _Job, trainer: Trainer, pool: LumaPool, scores: dict[str, float]) -> Result:
    """Write the averaged kernels as the training's checkpoint."""
    notes = {**_notes(job.config, pool, trainer), "steps": trainer.step, "scores": scores}
    path = job.folder / MODEL_FILE
    write_checkpoint(path, trainer.network, trainer.averaged_state(), notes)
    return Result(path, trainer.step, scores)


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


def _check_pictures(state: State, pool: LumaPool) -> None:
    if state.notes["pictures"] != pool.fingerprint:
        raise DataError(
            f"The training pictures are not those that {state.path} was trained on; "
            "bring them back, or start a new training."
        )
