"""A stage in training: its network, its adversary, optimizers and average, one step at a time."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn, optim

from srq.errors import CheckpointError
from srq.restore.training.config import StageConfig
from srq.restore.training.stage import Stage
from srq.runs.average import KernelAverage
from srq.runs.loop import DivergedError
from srq.runs.processes import Processes
from srq.runs.rates import cosine, warming
from srq.runs.tensors import (
    AVERAGE,
    MODEL,
    check_finite,
    optimizer_tensors,
    restore_optimizer,
    with_prefix,
    without_prefix,
)

ADVERSARY = "adversary/"
"""Before the names of a state's tensors that belong to the adversary."""


class StageLearner:
    """Takes the steps of ``stage``; the same config and pictures take the same, bit for bit on
    the CPU, at one stretch or restored in between. ``sums`` says how precise the networks' sums
    are."""

    def __init__(
        self, stage: Stage, config: StageConfig, processes: Processes, sums: torch.autocast
    ) -> None:
        self.stage = stage
        self._sums = sums
        self.step = 0
        self._config = config
        self._processes = processes
        self._network = _Part(stage.network)
        self._adversary = _Part(stage.adversary) if stage.adversary else None
        self._average = KernelAverage(config.ema, stage.network.state_dict())

    @property
    def rate(self) -> float:
        """The learning rate of the last step."""
        return self._rate(self.step - 1)

    def _rate(self, step: int) -> float:
        config = self._config
        warmup = min(config.warmup, config.steps // 10)
        return config.lr * warming(step, warmup) * cosine(step, config.steps)

    def take_step(self, stop: bool = False) -> tuple[float, bool]:
        """One step; its loss over all processes, and whether any of them wished to ``stop``.

        Raises DivergedError, with the weights as they were, if the loss is not finite.
        """
        rate = self._rate(self.step)
        batch = self.stage.batch(self.step)
        self.stage.network.train()
        with self._sums:
            loss = self.stage.loss(batch)
        mean, wished = self._move(self._network, loss, rate, stop)
        if self._adversary is not None:
            with self._sums:
                loss = self.stage.adversary_loss(batch)
            self._move(self._adversary, loss, rate, stop)
        self._average.update(self.stage.network.state_dict())
        self.step += 1
        return mean, wished > 0

    def _move(self, part: "_Part", loss: Tensor, rate: float, stop: bool) -> tuple[float, float]:
        part.optimizer.zero_grad()
        loss.backward()
        gradients = [p.grad for p in part.parameters if p.grad is not None]
        mean, wished = self._processes.average(gradients, loss.item(), float(stop))
        if not math.isfinite(mean):
            raise DivergedError(
                f"The training stopped at step {self.step + 1}: its loss is {mean:g}."
            )
        if self._config.clip:
            nn.utils.clip_grad_norm_(part.parameters, self._config.clip)
        for group in part.optimizer.param_groups:
            group["lr"] = rate
        part.optimizer.step()
        return mean, wished

    def averaged_state(self) -> Mapping[str, Tensor]:
        """The averaged weights, which are what the stage delivers."""
        return self._average.state

    def tensors(self) -> dict[str, Tensor]:
        """All that a state must hold, beside ``step``; raises DivergedError unless finite."""
        held = {**self._network.tensors(), **with_prefix(AVERAGE, self._average.state)}
        if self._adversary is not None:
            held |= with_prefix(ADVERSARY, self._adversary.tensors())
        check_finite(held, self.step)
        return held

    def restore(self, tensors: Mapping[str, Tensor], step: int, name: str) -> None:
        """Go to where ``tensors`` were taken; ``name`` stands for their file in errors."""
        self._network.restore(tensors, name)
        if self._adversary is not None:
            self._adversary.restore(without_prefix(ADVERSARY, tensors), name)
        average = {
            key: value.to(self._average.state[key].device)
            for key, value in without_prefix(AVERAGE, tensors).items()
        }
        self._average = KernelAverage(self._config.ema, average, updates=step)
        self.step = step


class _Part:
    """A network and its optimizer."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.parameters = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = optim.Adam(self.parameters, fused=True)

    def tensors(self) -> dict[str, Tensor]:
        return {
            **with_prefix(MODEL, self.network.state_dict()),
            **optimizer_tensors(self.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor], name: str) -> None:
        try:
            self.network.load_state_dict(without_prefix(MODEL, tensors))
        except RuntimeError:
            raise CheckpointError(f"{name} is a state of another network.") from None
        restore_optimizer(self.optimizer, self.parameters, tensors, name)
