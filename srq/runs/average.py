"""The exponential moving average of the small kernels, which is what a training delivers."""

from collections.abc import Mapping

import torch
from torch import Tensor


class KernelAverage:
    """Averages the collapsed state of a network over the steps.

    The kernels are averaged, not the expanded weights: a product of averages is no average
    of products. Early on, when there is little to remember, the decay is lower.
    """

    def __init__(self, decay: float, state: Mapping[str, Tensor], updates: int = 0) -> None:
        self.decay = decay
        self.updates = updates
        self.state = {name: tensor.clone() for name, tensor in state.items()}

    @torch.no_grad()
    def update(self, state: Mapping[str, Tensor]) -> None:
        """Take in the collapsed state after a step."""
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 9))
        floats = [name for name, mean in self.state.items() if mean.is_floating_point()]
        means, kernels = [self.state[name] for name in floats], [state[name] for name in floats]
        # One kernel for all of them on a GPU.
        torch._foreach_lerp_(means, kernels, 1 - decay)  # pyright: ignore[reportPrivateImportUsage]
        for name in self.state.keys() - floats:
            self.state[name].copy_(state[name])
