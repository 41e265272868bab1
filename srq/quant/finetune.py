"""Quantization-aware training: a twin's weights trained further, rounding included.

The formats stay as they are; the weights move, with activations rounded from the start
(straight-through gradients) and weights settled on their grids one after another. It is the
trainer's own loop in small: the same configuration, batches, loss, optimizer and states.
"""

import copy
import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from srq.datasets.pool import LumaPool
from srq.datasets.sampler import Sampler
from srq.errors import ConfigError
from srq.quant import one_pass
from srq.quant.settling import Settling
from srq.quant.twin import Twin
from srq.runs.interrupt import Interrupt
from srq.runs.processes import Processes
from srq.runs.progress import Observer
from srq.runs.state import (
    MODEL,
    newest_state,
    pack_optimizer,
    save_state,
    unpack_optimizer,
    with_prefix,
    without_prefix,
)
from srq.train.config import TrainConfig
from srq.train.machine import placed, prepared, resolved
from srq.train.objective import Guide, loss_of
from srq.train.optimizer import build_optimizer, learning_rate
from srq.train.pictures import training_pool
from srq.train.trainer import DivergedError
from srq.train.weights import find_weights

_FREE = 0.3
"""The share of the steps that are taken before a first weight is settled."""

_CUT_OFF = 0.75
"""At what part of its way the learning rate's fall is over: the last weights that are settled
are to be made up for as well."""

SETTLING = "settling/"
"""What stands before the names of a state's tensors on which weights are settled."""

Measure = Callable[[Twin], dict[str, float]]


class Finetuner:
    """Takes the steps of a fine-tuning; ``step`` counts those taken.

    ``twin`` is trained in place. The same twin, configuration and pool take the same steps, bit
    for bit on the CPU, whether at one stretch or restored from ``tensors`` in between.
    """

    def __init__(self, twin: Twin, config: TrainConfig, pool: LumaPool) -> None:
        self._device = torch.device(config.run.device if config.run.device != "auto" else "cpu")
        self.twin = placed(twin.float().train(), self._device)
        self.config = config
        self.step = 0
        data = config.data
        self._sampler = Sampler(pool, crop=data.crop, batch=data.batch, seed=config.seed)
        self._settling = Settling(self.twin)
        self._optimizer = build_optimizer(self._settling.trained, config.optim)
        self._guide = None
        if config.teacher.checkpoint:
            teacher = find_weights(config.teacher.checkpoint).network().requires_grad_(False)
            self._guide = Guide(placed(teacher, self._device), config.teacher.weight)
        quick = config.run.fused == "on" and one_pass.supports(self.twin, self._guide)
        self._loss_of = one_pass.loss_of if quick else loss_of

    def take_step(self) -> float:
        """One step; its loss. Raises DivergedError, with the weights as they were, if the loss
        is not finite."""
        config = self.config
        self._settling.settle((self.step / config.steps - _FREE) / (1 - _FREE))
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(config.optim, self.step, round(config.steps / _CUT_OFF))
        lr, hr = (
            torch.from_numpy(crops).to(self._device) for crops in self._sampler.batch(self.step)
        )
        self.twin.zero_grad()
        loss = self._loss_of(self.twin, lr, hr, config.loss, self._guide)
        loss.backward()
        self._settling.take_gradients()
        if config.optim.clip:
            torch.nn.utils.clip_grad_norm_(self._settling.trained, config.optim.clip)
        value = loss.item()
        if not math.isfinite(value):
            raise DivergedError(
                f"The fine-tuning stopped at step {self.step + 1}: its loss is {value:g}; lower"
                " optim.lr and start anew."
            )
        self._optimizer.step()
        self._settling.give_back()
        self.step += 1
        return value

    def rounded_twin(self) -> Twin:
        """A twin with all weights on their grids, for measuring; a copy."""
        twin = copy.deepcopy(self.twin)
        twin.load_state_dict(self._settling.rounded())
        twin.set_active(True)
        return twin.eval()

    def deliver(self) -> None:
        """Settle what is not yet, and leave the twin on the CPU: the end of a fine-tuning."""
        self._settling.finish()
        self.twin.cpu().eval()

    def tensors(self) -> dict[str, Tensor]:
        """All that a state must hold, beside ``step``."""
        return {
            **with_prefix(MODEL, self.twin.state_dict()),
            **dict(pack_optimizer(self._optimizer.state_dict()["state"])),
            **with_prefix(SETTLING, self._settling.tensors()),
        }

    def restore(self, tensors: Mapping[str, Tensor], step: int) -> None:
        """Go to where ``tensors`` were taken."""
        self.twin.load_state_dict(without_prefix(MODEL, tensors))
        self._settling.restore(without_prefix(SETTLING, tensors))
        groups = self._optimizer.state_dict()["param_groups"]
        state = unpack_optimizer(tensors)
        for index, entries in state.items():
            like = self._settling.trained[index]
            for key, tensor in entries.items():
                if tensor.shape == like.shape:
                    # The update runs through memory: moments must lie as the weight does.
                    entries[key] = torch.empty_like(like).copy_(tensor)
        self._optimizer.load_state_dict({"state": state, "param_groups": groups})
        self.step = step


def finetune(
    twin: Twin,
    config: TrainConfig,
    *,
    folder: Path | None = None,
    observer: Observer | None = None,
    measure: Measure | None = None,
    workers: int = 1,
) -> None:
    """Train ``twin`` in place as ``config`` says; its formats stay.

    Of the configuration, ``ema``, ``expand``, ``init_from`` and ``validate.sets`` have no meaning
    here, and ``optim.lr`` counts in the largest weight that a layer's format holds.
    With ``folder``, states are kept there, and a fine-tuning of the same twin and configuration
    goes on from the newest one. ``measure`` gives the PSNR of a twin by group, every
    ``validate.every`` steps; ``observer`` hears it. Raises ConfigError for a configuration of
    another network and for a folder of another fine-tuning, DivergedError, and
    KeyboardInterrupt, the state being saved, on Ctrl-C.
    """
    said = observer or Observer()
    _check(twin, config)
    config = replace(config, run=resolved(config.run, Processes()))
    notes = {"fine-tuning": _identity(twin, config)}
    found = newest_state(folder, said.say) if folder else None
    if found and found.notes.get("fine-tuning") != notes["fine-tuning"]:
        raise ConfigError(
            f"{folder} holds the states of another fine-tuning (other widths, formats, weights or"
            " settings); remove it or choose another folder."
        )
    with prepared(config.run, Processes()):
        said.say(f"Preparing the pictures of {', '.join(config.data.train)}.")
        finetuner = Finetuner(twin, config, training_pool(config, workers))
        if found:
            finetuner.restore(found.tensors, found.notes["step"])
            said.say(f"Going on from step {finetuner.step}.")
        said.began(finetuner.step, config.steps)
        try:
            _take_steps(finetuner, folder, notes, said, measure)
        finally:
            said.ended()
        finetuner.deliver()


def _take_steps(
    finetuner: Finetuner,
    folder: Path | None,
    notes: dict[str, Any],
    said: Observer,
    measure: Measure | None,
) -> None:
    config = finetuner.config
    total, count, began = 0.0, 0, time.monotonic()
    with Interrupt() as interrupt:
        while finetuner.step < config.steps:
            total, count = total + finetuner.take_step(), count + 1
            step = finetuner.step
            last = step == config.steps
            entry: dict[str, Any] = {"step": step}
            if last or step % config.run.log_every == 0:
                entry["loss"] = total / count
                entry["steps_per_second"] = count / (time.monotonic() - began)
                total, count, began = 0.0, 0, time.monotonic()
            if measure and (last or step % config.validate.every == 0):
                entry["psnr"] = measure(finetuner.rounded_twin())
            if len(entry) > 1:
                said.advanced(entry)
            due = last or interrupt.wished or step % config.run.checkpoint_every == 0
            if folder and due:
                save_state(folder, step, finetuner.tensors(), notes)
            if interrupt.wished:
                where = f"; the same command goes on from {folder}" if folder else ""
                said.say(f"Stopped after step {step}{where}.")
                raise KeyboardInterrupt


def _check(twin: Twin, config: TrainConfig) -> None:
    if (config.model.name, config.model.scale) != (twin.name, twin.scale):
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
        "config": json.loads(json.dumps({**asdict(config), "run": None, "validate": None})),
    }
