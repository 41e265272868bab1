"""PSNR of float networks, twins and engines on one set of pictures, by group."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from srq.image.metrics import mean_psnr, psnr
from srq.train.config import ValidateConfig
from srq.train.validation import Example, Validation, upscale

Luma = NDArray[np.uint8]


class Pictures:
    """The pictures of ``sets`` (test sets or folders), degraded once by ``recipe`` and kept.

    ``most`` bounds how many of each set are taken, evenly spread; 0 takes all.
    """

    def __init__(
        self, sets: Sequence[str], *, scale: int, recipe: str = "bicubic", most: int = 0
    ) -> None:
        examples = Validation(ValidateConfig(tuple(sets), recipe), scale).examples
        self.scale = scale
        self.examples = _thinned(examples, most) if most else examples

    def psnr(self, upscaled: Callable[[Luma], NDArray]) -> dict[str, float]:
        """The mean PSNR in dB of each set, ``scale`` pixels shaved off each border.

        ``upscaled`` takes luma (h, w) to (s*h, s*w).
        """
        scores: dict[str, list[float]] = {}
        for example in self.examples:
            score = psnr(upscaled(example.lr), example.hr, shave=self.scale)
            scores.setdefault(example.group, []).append(score)
        return {group: mean_psnr(values) for group, values in scores.items()}

    def psnr_of(self, network: nn.Module) -> dict[str, float]:
        """``psnr`` of a float network or a twin, on the CPU."""
        device = torch.device("cpu")
        return self.psnr(lambda lr: upscale(network, lr, device))


def _thinned(examples: Sequence[Example], most: int) -> list[Example]:
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.group, []).append(example)
    return [
        group[i * len(group) // count]
        for group in groups.values()
        for count in [min(most, len(group))]
        for i in range(count)
    ]
