"""A run folder while its training goes on: log, curves, pictures, states, and the checkpoint."""

import time
from collections.abc import Callable
from pathlib import Path

from srq.bundle import Notes
from srq.errors import ConfigError
from srq.files import storage_error, write_text
from srq.models.checkpoint import write_checkpoint
from srq.runs.curves import CURVES_FILE, draw_curves
from srq.runs.progress import Observer
from srq.runs.record import Record
from srq.runs.state import State, save_state
from srq.train.optimizer import learning_rate
from srq.train.trainer import Trainer
from srq.train.validation import Validation
from srq.train.weights import MODEL_FILE

CONFIG_FILE = "config.toml"
PICTURES = "pictures"

_DRAWING_INTERVAL_S = 60.0


def make_run_folder(folder: Path, config: str) -> None:
    """Make ``folder`` with the configuration in it; parents are made too.

    Raises StorageError where the file system refuses.
    """
    write_text(folder / CONFIG_FILE, config)


def refuse_used(folder: Path) -> None:
    """Raise ConfigError if ``folder`` holds anything: a new run must not mix with it."""
    if (folder / CONFIG_FILE).exists():
        raise ConfigError(
            f"{folder} already holds a training; go on with 'srq train --resume {folder}', "
            "or choose another folder with --out."
        )
    try:
        used = folder.exists() and any(folder.iterdir())
    except OSError as error:
        raise storage_error("use", folder, error) from error
    if used:
        raise ConfigError(f"The folder {folder} is not empty; choose another one with --out.")


class RunFolder:
    """Writes down what a trainer does; only the first process of a training has one.

    ``notes`` is what every state and the checkpoint say about the training. ``train_score``
    gives the PSNR of a network on training crops, which is shown beside the validation's.
    """

    def __init__(
        self,
        folder: Path,
        trainer: Trainer,
        validation: Validation,
        train_score: Callable[..., float],
        notes: Notes,
        observer: Observer,
    ) -> None:
        self.folder = folder
        self.scores: dict[str, float] = {}
        self._trainer = trainer
        self._validation = validation
        self._train_score = train_score
        self._notes = notes
        self._observer = observer
        _sweep(folder)
        self._record = Record(folder, trainer.step)
        self._loss_sum, self._loss_count = 0.0, 0
        self._since, self._step_then = time.monotonic(), trainer.step
        self._drawn_at = time.monotonic()
        for entry in self._record.entries:
            self.scores = entry.get("psnr", self.scores)

    def restore(self, state: State) -> None:
        """Take over the figures that a state holds for the next log entry."""
        self._loss_sum, self._loss_count = state.notes["loss_sum"], state.notes["loss_count"]

    def after_step(self, loss: float) -> None:
        """Do whatever is due after the trainer's step: log, measure, save."""
        config, step = self._trainer.config, self._trainer.step
        last = step == config.steps
        self._loss_sum += loss
        self._loss_count += 1
        if last or step % config.run.log_every == 0:
            self._log()
        if last or step % config.validate.every == 0:
            self._measure()
        if last or step % config.run.checkpoint_every == 0:
            self.save()

    def save(self) -> Path:
        """Write the state; raises StorageError where the file system refuses, and
        DivergedError if it holds a number that is not finite."""
        notes = {
            **self._notes,
            "scores": self.scores,
            "loss_sum": self._loss_sum,
            "loss_count": self._loss_count,
        }
        return save_state(self.folder, self._trainer.step, self._trainer.tensors(), notes)

    def deliver(self) -> Path:
        """Write the averaged kernels as the training's checkpoint."""
        path = self.folder / MODEL_FILE
        notes = {**self._notes, "steps": self._trainer.step, "scores": self.scores}
        write_checkpoint(path, self._trainer.network, self._trainer.averaged_state(), notes)
        self.draw()
        return path

    def draw(self) -> None:
        """Draw the curves so far; this takes as long as a hundred steps."""
        draw_curves(self._record.entries, self.folder / CURVES_FILE)
        self._drawn_at = time.monotonic()

    def _log(self) -> None:
        config, step = self._trainer.config, self._trainer.step
        now = time.monotonic()
        entry = {
            "step": step,
            "loss": self._loss_sum / self._loss_count,
            "lr": learning_rate(config.optim, step - 1, config.steps),
            "steps_per_second": (step - self._step_then) / (now - self._since),
        }
        self._loss_sum, self._loss_count = 0.0, 0
        self._since, self._step_then = now, step
        self._observer.advanced(self._record.add(entry))

    def _measure(self) -> None:
        network = self._trainer.averaged_network()
        device = self._trainer.device
        self.scores = {
            "train": self._train_score(network),
            **self._validation.measure(network, device),
        }
        entry = self._record.add({"step": self._trainer.step, "psnr": self.scores})
        self._observer.advanced(entry)
        self._validation.write_pictures(network, device, self.folder / PICTURES)
        if time.monotonic() - self._drawn_at > _DRAWING_INTERVAL_S:
            self.draw()


def _sweep(folder: Path) -> None:
    """Remove what a killed process was about to rename: the temporary names of srq.files."""
    for stray in folder.rglob(".*.tmp"):
        try:
            stray.unlink()
        except OSError as error:
            raise storage_error("remove", stray, error) from error
