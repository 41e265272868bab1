"""LUD-VAE in training, one step at a time."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, optim

from srq.runs.loop import DivergedError
from srq.runs.tensors import (
    MODEL,
    check_finite,
    optimizer_tensors,
    restore_optimizer,
    with_prefix,
    without_prefix,
)
from srq.train.noise.config import NoiseConfig
from srq.train.noise.network import SCALES, LudVae
from srq.train.noise.pictures import TwoFolders


class NoiseLearner:
    """Takes the steps; the same config and pictures take the same, bit for bit on the CPU.

    ``divergences`` are the KL per number of the last step's noisy patches, deepest scale last.
    """

    def __init__(self, config: NoiseConfig, pictures: TwoFolders) -> None:
        self.step = 0
        self.divergences: dict[str, float] = {}
        self._config = config
        self._pictures = pictures
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.network = LudVae(config.width)
        self._parameters = list(self.network.parameters())
        self._optimizer = optim.Adam(self._parameters, lr=config.lr)

    @property
    def rate(self) -> float:
        """The learning rate of the last step."""
        return self._rate(self.step - 1)

    def _rate(self, step: int) -> float:
        return self._config.lr * (0.5 if step >= self._config.halve_after else 1)

    def take_step(self, stop: bool = False) -> tuple[float, bool]:
        """One step; its loss, and ``stop``.

        Raises DivergedError if the loss is not finite, or the KL of a scale is exactly 0: then
        the noise is not learned, however good the pictures that come out.
        """
        config = self._config
        pixels, clean = self._pictures.batch(config.batch, config.seed, self.step)
        patches = torch.from_numpy(pixels)
        chance = torch.Generator().manual_seed(config.seed * 0x9E3779B1 + self.step)
        noisy = torch.ones(config.batch, 1, 1, 1)
        noisy[:clean] = 0
        levels = torch.where(noisy == 0, config.clean_noise, config.noisy_noise) / 255
        blurred = patches + levels * torch.randn(patches.shape, generator=chance)
        shape = (SCALES, config.batch, config.width, config.patch, config.patch)
        decoded, divergences = self.network(
            patches, blurred, noisy, torch.randn(shape, generator=chance)
        )
        per_number = divergences.sum(1) / (noisy.sum() * patches[0].numel())
        weight = min(self.step / config.kl_ramp, config.kl_weight)
        loss = torch.mean((decoded - patches) ** 2) + weight * per_number.sum()
        self._check(loss.item(), per_number)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate(self.step)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self.step += 1
        self.divergences = {str(i): value for i, value in enumerate(per_number.tolist(), 1)}
        return loss.item(), stop

    def _check(self, loss: float, divergences: Tensor) -> None:
        where = f"The training stopped at step {self.step + 1}:"
        if not math.isfinite(loss):
            raise DivergedError(f"{where} its loss is {loss:g}; lower lr.")
        if bool((divergences == 0).any()):
            raise DivergedError(
                f"{where} the KL of a scale is exactly 0, so no noise is being learned; "
                "see that the noisy pictures are noisy, or take another seed."
            )

    def tensors(self) -> dict[str, Tensor]:
        """All that a state must hold, beside ``step``; raises DivergedError unless finite."""
        held = {
            **with_prefix(MODEL, self.network.state_dict()),
            **optimizer_tensors(self._optimizer),
        }
        check_finite(held, self.step, "; lower lr")
        return held

    def restore(self, tensors: Mapping[str, Tensor], step: int, name: str) -> None:
        """Go to where ``tensors`` were taken; ``name`` stands for their file in errors."""
        self.network.load_state_dict(without_prefix(MODEL, tensors))
        restore_optimizer(self._optimizer, self._parameters, tensors, name)
        self.step = step
