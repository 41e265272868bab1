"""What every stage of the training fills in."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from srq.restore.training.config import RestoreConfig
from srq.restore.training.photographs import Photographs
from srq.runs.measured import Quantity
from srq.runs.processes import Processes

Batch = tuple[Any, ...]


@dataclass(frozen=True)
class Place:
    """What a stage is made of.

    runs: the folder that holds the run folders of all stages.
    """

    config: RestoreConfig
    photographs: Photographs
    processes: Processes
    device: torch.device
    runs: Path


class Stage(ABC):
    """One network that learns, and how.

    network:   what learns and is delivered; its ``config`` builds it again.
    adversary: what learns against it, None if nothing does.
    quantity:  what ``measure`` gives scores of.
    """

    quantity: Quantity
    network: nn.Module
    adversary: nn.Module | None = None

    @abstractmethod
    def batch(self, step: int) -> Batch:
        """This process's batch of ``step``, which depends on the seed and the step alone."""

    @abstractmethod
    def loss(self, batch: Batch) -> Tensor:
        """What the network lowers."""

    def adversary_loss(self, batch: Batch) -> Tensor:
        """What the adversary lowers; the network does not learn from it. A stage that has an
        adversary says it."""
        raise NotImplementedError

    @abstractmethod
    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """Scores of a network on pictures held out; some are written into ``pictures``."""

    def finish(self, network: nn.Module) -> dict[str, Any]:
        """Notes on a trained network, chosen on the pictures held out; it may set buffers."""
        return {}
