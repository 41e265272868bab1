"""Quantization-aware training: a twin's weights trained further, rounding included.

The formats stay as they are; the weights move, with activations rounded from the start
(straight-through gradients) and weights frozen on their grids one after another. The loop is
that of every run, and so are configuration, batches, loss, optimizer and states.
"""

import copy
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from srq.datasets.pool import LumaPool
from srq.datasets.sampler import Sampler
from srq.errors import ConfigError
from srq.quant import compiled
from srq.quant.freezing import WeightFreezing
from srq.quant.twin import Twin
from srq.runs.loop import DivergedError, Loop, Schedule
from srq.runs.machine import prepared
from srq.runs.processes import Processes
from srq.runs.progress import Watcher
from srq.runs.state import newest_state
from srq.runs.tensors import (
    MODEL,
    optimizer_tensors,
    restore_optimizer,
    with_prefix,
    without_prefix,
)
from srq.train.config import TrainConfig
from srq.train.machine import placed, resolved
from srq.train.objective import loss_of
from srq.train.optimizer import build_optimizer, learning_rate
from srq.train.pictures import training_pool
from srq.train.teacher import Teacher, load_teacher

_UNFROZEN = 0.3
"""The share of the steps that are taken before a first weight is frozen."""

_CUT_OFF = 0.75
"""At what part of its way the learning rate's fall is over: the last weights that are frozen
are to be made up for as well."""

FREEZING = "settling/"
"""What stands before the names of a state's tensors on which weights are frozen."""

Measure = Callable[[Twin], dict[str, float]]


class Finetuner:
    """Takes the steps of a fine-tuning: a ``Learner``. ``step`` counts those taken.

    ``twin`` is trained in place; ``teacher`` stands in for the one that the configuration names.
    The same twin, configuration and pool take the same steps, bit for bit on the CPU, whether
    at one stretch or restored from ``tensors`` in between.
    """

    def __init__(
        self,
        twin: Twin,
        config: TrainConfig,
        pool: LumaPool,
        teacher: nn.Module | None = None,
    ) -> None:
        self._device = torch.device(config.run.device if config.run.device != "auto" else "cpu")
        self.twin = placed(twin.float().train(), self._device)
        self.config = config
        self.step = 0
        data = config.data
        self._sampler = Sampler(pool, crop=data.crop, batch=data.batch, seed=config.seed)
        self._weights = WeightFreezing(self.twin)
        self._optimizer = build_optimizer(self._weights.trained, config.optim)
        if teacher is None:
            self._teacher = load_teacher(config, self._device)
        else:
            self._teacher = Teacher(
                placed(copy.deepcopy(teacher).requires_grad_(False), self._device),
                config.teacher.weight,
            )
        takes_compiled = config.run.fused == "on" and compiled.supports(self.twin, self._teacher)
        self._loss_of = compiled.loss_of if takes_compiled else loss_of

    @property
    def rate(self) -> float:
        """The learning rate of the last step."""
        return self._rate_of(self.step - 1)

    def take_step(self, stop: bool = False) -> tuple[float, bool]:
        """One step; its loss, and ``stop``. Raises DivergedError, with the weights as they were,
        if the loss is not finite."""
        config = self.config
        self._weights.freeze((self.step / config.steps - _UNFROZEN) / (1 - _UNFROZEN))
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate_of(self.step)
        lr, hr = (
            torch.from_numpy(crops).to(self._device) for crops in self._sampler.batch(self.step)
        )
        self.twin.zero_grad()
        loss = self._loss_of(self.twin, lr, hr, config.loss, self._teacher)
        loss.backward()
        self._weights.take_gradients()
        if config.optim.clip:
            torch.nn.utils.clip_grad_norm_(self._weights.trained, config.optim.clip)
        value = loss.item()
        if not math.isfinite(value):
            raise DivergedError(
                f"The fine-tuning stopped at step {self.step + 1}: its loss is {value:g}; lower"
                " optim.lr and start again."
            )
        self._optimizer.step()
        self._weights.write_back()
        self.step += 1
        return value, stop

    def rounded_twin(self) -> Twin:
        """A twin with all weights on their grids, for measuring; a copy."""
        twin = copy.deepcopy(self.twin)
        twin.load_state_dict(self._weights.rounded())
        twin.set_active(True)
        return twin.eval()

    def deliver(self) -> None:
        """Freeze what is not yet, and leave the twin on the CPU: the end of a fine-tuning."""
        self._weights.finish()
        self.twin.cpu().eval()

    def tensors(self) -> dict[str, Tensor]:
        """All that a state must hold, beside ``step``."""
        return {
            **with_prefix(MODEL, self.twin.state_dict()),
            **optimizer_tensors(self._optimizer),
            **with_prefix(FREEZING, self._weights.tensors()),
        }

    def restore(self, tensors: Mapping[str, Tensor], step: int, name: str) -> None:
        """Go to where ``tensors`` were taken; ``name`` stands for their file in errors."""
        self.twin.load_state_dict(without_prefix(MODEL, tensors))
        self._weights.restore(without_prefix(FREEZING, tensors))
        restore_optimizer(self._optimizer, self._weights.trained, tensors, name)
        self.step = step

    def _rate_of(self, step: int) -> float:
        return learning_rate(self.config.optim, step, round(self.config.steps / _CUT_OFF))


def finetune(
    twin: Twin,
    config: TrainConfig,
    *,
    teacher: nn.Module | None = None,
    folder: Path | None = None,
    watcher: Watcher | None = None,
    measure: Measure | None = None,
    workers: int = 1,
) -> None:
    """Train ``twin`` in place as ``config`` says; its formats stay.

    Of the configuration, ``ema``, ``expand``, ``init_from`` and ``validate.sets`` have no meaning
    here, and ``optim.lr`` counts in the largest weight that a layer's format holds. ``teacher``
    is a float network to learn from, in place of the one that the configuration names.
    With ``folder``, the log, curves and states are kept there, and a fine-tuning of the same twin
    and configuration goes on from the newest state to the same bits. ``measure`` gives the PSNR
    of a twin by group, every ``validate.every`` steps; ``watcher`` hears it. Raises ConfigError
    for a configuration of another network and for a folder of another fine-tuning,
    DivergedError, and KeyboardInterrupt, the state being saved, on Ctrl-C.
    """
    watcher = watcher or Watcher()
    _check(twin, config)
    config = replace(config, run=resolved(config.run, Processes()))
    notes = {"fine-tuning": _identity(twin, config)}
    state = newest_state(folder, watcher.say) if folder else None
    if state and state.notes.get("fine-tuning") != notes["fine-tuning"]:
        raise ConfigError(
            f"{folder} holds the states of another fine-tuning (other widths, formats, weights or"
            " settings); remove it or choose another folder."
        )
    with prepared(config.run.device, config.run.threads, Processes()):
        pool = training_pool(config, workers, watcher.say)
        finetuner = Finetuner(twin, config, pool, teacher)
        loop = Loop(
            finetuner,
            Schedule(
                steps=config.steps,
                log_every=config.run.log_every,
                measure_every=config.validate.every,
                save_every=config.run.checkpoint_every,
                save_seconds=config.run.checkpoint_seconds,
            ),
            folder=folder,
            notes=notes,
            measure=(lambda: measure(finetuner.rounded_twin())) if measure else None,
            watcher=watcher,
            resume=f"the same command goes on from {folder}." if folder else "",
        )
        if state:
            loop.restore(state)
        loop.run()
        finetuner.deliver()


def _check(twin: Twin, config: TrainConfig) -> None:
    name = config.model.name if twin.config is None else twin.name
    if (config.model.name, config.model.scale) != (name, twin.scale):
        raise ConfigError(
            f"The configuration is for {config.model.name} at x{config.model.scale}, the network"
            f" is {twin.name} at x{twin.scale}; set model.name and model.scale."
        )


def _identity(twin: Twin, config: TrainConfig) -> dict[str, Any]:
    """What must be the same for a state to belong to a fine-tuning, as JSON gives it back."""
    digest = hashlib.sha256()
    for parameter in twin.parameters():
        digest.update(parameter.detach().contiguous().numpy().tobytes())
    return {
        "weights": digest.hexdigest(),
        "fracs": {name: list(quantizer.fracs) for name, quantizer in twin.quantizers.items()},
        "bits": [twin.weight_bits, twin.activation_bits],
        **({"narrowed": twin.narrowed} if twin.narrowed else {}),
        "config": json.loads(json.dumps({**asdict(config), "run": None, "validate": None})),
    }
