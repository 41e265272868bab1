"""Distillation: a larger network's outputs as a part of the target."""

from dataclasses import dataclass

import torch
from torch import nn

from srq.errors import CheckpointError
from srq.train.config import TrainConfig
from srq.train.machine import placed
from srq.train.weights import find_weights
from srq.zoo import resolve


@dataclass(frozen=True)
class Teacher:
    """A frozen network; its outputs are ``weight`` of the target, the true HR is the rest."""

    network: nn.Module
    weight: float


def load_teacher(config: TrainConfig, device: torch.device) -> Teacher | None:
    """The teacher that ``config.teacher`` names, on ``device``; None if it names none.

    Raises CheckpointError for one of another scale, and as ``find_weights`` does.
    """
    if not config.teacher.checkpoint:
        return None
    network = find_weights(resolve(config.teacher.checkpoint, "float")).network()
    if network.scale != config.model.scale:
        raise CheckpointError(
            f"'teacher.checkpoint' {config.teacher.checkpoint} is of scale {network.scale}, and "
            f"the configuration asks for scale {config.model.scale}; name one of that scale."
        )
    return Teacher(placed(network.requires_grad_(False), device), config.teacher.weight)
