"""The loop of every run: steps, figures, measurements and states, to the last step or to Ctrl-C.

Killed at any moment, a run goes on from its newest state to the bits that it would have had.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from torch import Tensor

from srq.bundle import Notes
from srq.errors import SrqError
from srq.runs.folder import RunFolder
from srq.runs.interrupt import Interrupt
from srq.runs.measured import PSNR, Quantity
from srq.runs.progress import Watcher
from srq.runs.record import Entry
from srq.runs.state import State

Measure = Callable[[], dict[str, float]]
"""Gives what is measured of a learner as it is now, of each set."""


class DivergedError(SrqError):
    """The loss, its gradient or a weight is no longer a finite number."""


class Learner(Protocol):
    """What takes the steps of a run; on a CPU the same ones, bit for bit, whether at one stretch
    or restored from ``tensors`` in between."""

    @property
    def step(self) -> int:
        """How many steps were taken."""
        ...

    @property
    def rate(self) -> float:
        """The learning rate of the last step."""
        ...

    def take_step(self, stop: bool = False) -> tuple[float, bool]:
        """One step: its loss, and whether to stop after it, as ``stop`` or another process of
        the same run wishes.

        Raises DivergedError, with the weights as they were, if the loss is not finite.
        """
        ...

    def tensors(self) -> Mapping[str, Tensor]:
        """All that a state must hold, beside ``step``; raises DivergedError unless finite."""
        ...

    def restore(self, tensors: Mapping[str, Tensor], step: int, name: str) -> None:
        """Go to where ``tensors`` were taken; ``name`` stands for their file in errors."""
        ...


@dataclass(frozen=True)
class Schedule:
    """How many steps a run has, and after how many it logs, measures and saves; it does all of
    that after the last one too. It also saves where the last state, or the beginning, is more than
    ``save_seconds`` ago; 0 is never."""

    steps: int
    log_every: int
    measure_every: int
    save_every: int
    save_seconds: float = 0

    def due(self, step: int, every: int) -> bool:
        """Whether what is done after ``every`` steps is due after ``step`` of them."""
        return step == self.steps or step % every == 0


class Loop:
    """Takes the steps of ``learner``, and does after each what ``schedule`` says.

    folder:  where it is written down; None writes nothing. Of several processes only the first
             has one.
    notes:   what every state says about the run.
    measure: what to measure; None measures nothing. It gives scores of ``quantity``.
    figures: what else an entry of the log says, of the last step.
    resume:  how to go on, for a person who stops the run.

    ``scores`` are those measured last, before a resumed run was stopped too.
    """

    def __init__(
        self,
        learner: Learner,
        schedule: Schedule,
        *,
        folder: Path | None = None,
        notes: Notes | None = None,
        measure: Measure | None = None,
        quantity: Quantity = PSNR,
        watcher: Watcher | None = None,
        resume: str = "",
        figures: Callable[[], Entry] | None = None,
    ) -> None:
        self.scores: dict[str, float] = {}
        self._learner = learner
        self._schedule = schedule
        self._path = folder
        self._notes = notes or {}
        self._folder: RunFolder | None = None
        self._measure = measure
        self._quantity = quantity
        self._watcher = watcher or Watcher()
        self._resume = resume
        self._figures = figures
        self._loss_sum, self._loss_count = 0.0, 0
        self._since, self._step_then = 0.0, 0
        self._saved = 0.0

    def restore(self, state: State) -> None:
        """Go to where ``state`` was saved; its figures become part of the next log entry."""
        self._learner.restore(state.tensors, state.step, str(state.path))
        self._loss_sum = state.notes.get("loss_sum", 0.0)
        self._loss_count = state.notes.get("loss_count", 0)
        self._watcher.say(f"Going on from step {state.step}.")

    def run(self) -> None:
        """Take the steps that are left.

        Raises KeyboardInterrupt, the state being saved, on Ctrl-C and SIGTERM; DivergedError,
        the curves being drawn, from the learner; StorageError where the file system refuses.
        """
        learner = self._learner
        if self._path is not None:
            self._folder = RunFolder(self._path, learner.step, self._notes)
            for entry in self._folder.entries:
                self.scores = entry.get(self._quantity.name, self.scores)
        self._since, self._step_then = time.monotonic(), learner.step
        self._saved = self._since
        self._watcher.began(learner.step, self._schedule.steps)
        try:
            with Interrupt() as interrupt:
                while learner.step < self._schedule.steps:
                    loss, stop = learner.take_step(interrupt.wished)
                    self._after_step(loss)
                    if stop:
                        self._stop()
            self._draw()
        except DivergedError:
            self._draw()
            raise
        finally:
            self._watcher.ended()

    def _after_step(self, loss: float) -> None:
        schedule, step = self._schedule, self._learner.step
        self._loss_sum += loss
        self._loss_count += 1
        if schedule.due(step, schedule.log_every):
            self._log()
        if self._measure is not None and schedule.due(step, schedule.measure_every):
            self.scores = self._measure()
            self._tell({"step": step, self._quantity.name: self.scores})
        if schedule.due(step, schedule.save_every) or self._is_late():
            self._save()

    def _is_late(self) -> bool:
        seconds = self._schedule.save_seconds
        return bool(seconds) and time.monotonic() - self._saved > seconds

    def _log(self) -> None:
        step, now = self._learner.step, time.monotonic()
        entry = {
            "step": step,
            "loss": self._loss_sum / self._loss_count,
            "lr": self._learner.rate,
            "steps_per_second": (step - self._step_then) / (now - self._since),
        }
        if self._figures is not None:
            entry |= self._figures()
        self._loss_sum, self._loss_count = 0.0, 0
        self._since, self._step_then = now, step
        self._tell(entry)

    def _tell(self, entry: Entry) -> None:
        if self._folder is not None:
            entry = self._folder.log(entry)
        self._watcher.advanced(entry)

    def _save(self) -> None:
        if self._folder is None:
            return
        figures = {
            "scores": self.scores,
            "loss_sum": self._loss_sum,
            "loss_count": self._loss_count,
        }
        self._folder.save(self._learner.step, self._learner.tensors(), figures)
        self._saved = time.monotonic()

    def _stop(self) -> None:
        self._save()
        self._draw()
        ending = f"; {self._resume}" if self._resume else "."
        self._watcher.say(f"Stopped after step {self._learner.step}{ending}")
        raise KeyboardInterrupt

    def _draw(self) -> None:
        if self._folder is not None:
            self._folder.draw()
