"""A training of noise from its first step, or from where it stopped, to its model."""

import tomllib
from dataclasses import replace
from pathlib import Path

from srq.degrade.noise_model.learned import LearnedNoise
from srq.errors import ConfigError, DataError
from srq.files import read_text
from srq.runs.config_file import CONFIG_FILE, make_run_folder, refuse_used
from srq.runs.loop import Loop, Schedule
from srq.runs.machine import prepared
from srq.runs.processes import Processes
from srq.runs.progress import Watcher
from srq.runs.schema import from_table, to_toml
from srq.runs.state import newest_state
from srq.train.noise.config import NoiseConfig
from srq.train.noise.learner import NoiseLearner
from srq.train.noise.pictures import TwoFolders
from srq.version import __version__

MODEL_FILE = "model.safetensors"


def start(config: NoiseConfig, folder: Path, watcher: Watcher | None = None) -> Path:
    """Train as ``config`` says in the new run ``folder``; the path of the model.

    Raises SrqError for the user's mistakes, before anything is written; DivergedError as
    ``NoiseLearner`` does; and KeyboardInterrupt, the state being saved, on Ctrl-C.
    """
    refuse_used(folder)
    pictures = _pictures(config)
    make_run_folder(folder, to_toml(config))
    return _train(config, pictures, folder, watcher or Watcher(), resumed=False)


def resume(folder: Path, watcher: Watcher | None = None, *, steps: int | None = None) -> Path:
    """Go on with the training in ``folder``, to the bits it would have had, or longer.

    Raises ConfigError if there is none, or ``steps`` is lower than before; DataError if its
    pictures changed; and as ``start`` does.
    """
    file = folder / CONFIG_FILE
    if not file.is_file():
        raise ConfigError(
            f"{folder} holds no training to resume (there is no {CONFIG_FILE} in it); name the "
            "folder that 'srq data train-noise' wrote."
        )
    table = tomllib.loads(read_text(file, "The configuration"))
    config = from_table(NoiseConfig, table, str(file))
    if steps is not None and steps < config.steps:
        raise ConfigError(
            f"{folder} is a training of {config.steps} steps and cannot become one of {steps}."
        )
    config = replace(config, steps=steps or config.steps)
    return _train(config, _pictures(config), folder, watcher or Watcher(), resumed=True)


def _pictures(config: NoiseConfig) -> TwoFolders:
    return TwoFolders(Path(config.clean), Path(config.noisy), config.patch)


def _train(
    config: NoiseConfig, pictures: TwoFolders, folder: Path, watcher: Watcher, *, resumed: bool
) -> Path:
    with prepared("cpu", config.threads, Processes.from_environment()):
        learner = NoiseLearner(config, pictures)
        loop = Loop(
            learner,
            Schedule(config.steps, config.log_every, config.steps, config.save_every),
            folder=folder,
            notes={"srq": __version__, "pictures": pictures.fingerprint, "seed": config.seed},
            watcher=watcher,
            resume=f"go on with: srq data train-noise --resume {folder}",
            figures=lambda: {"kl": learner.divergences},
        )
        state = newest_state(folder, watcher.say) if resumed else None
        if state is not None:
            if state.notes["pictures"] != pictures.fingerprint:
                raise DataError(
                    f"The pictures are not those that {state.path} was trained on; bring them "
                    "back, or start a new training."
                )
            loop.restore(state)
        make_run_folder(folder, to_toml(config))
        loop.run()
        weights = {key: tensor.numpy() for key, tensor in learner.network.state_dict().items()}
    path = folder / MODEL_FILE
    LearnedNoise(weights, config.clean_noise / 255, learner.step).save(path)
    return path
