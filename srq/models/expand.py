"""Over-parameterised training: more weights in the line, the same network at its end.

A network of a few thousand weights trained plainly stalls early. ``expand`` gives every
convolution a larger linear form whose sum is an ordinary kernel again: training moves
differently, yet each step computes with the small kernels, and ``collapse`` folds them in for
good. ``collapsed_state`` reads the small kernels while training goes on (for an average of
them, a checkpoint or a validation).
"""

import math
from collections.abc import Iterator
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from srq.errors import ModelError

Model = TypeVar("Model", bound=nn.Module)


class LowRankSum(nn.Module):
    """Kernel + up @ down: a dense layer (of any kernel size) beside one through ``hidden``."""

    def __init__(self, weight: Tensor, hidden: int, generator: torch.Generator | None) -> None:
        super().__init__()
        outputs, fan_in = weight.shape[0], weight[0].numel()
        gain = _gain(weight)
        self.down = nn.Parameter(_uniform(weight, (hidden, fan_in), gain, fan_in, generator))
        self.up = nn.Parameter(_uniform(weight, (outputs, hidden), gain, hidden, generator))

    def added(self, weight: Tensor) -> Tensor:
        """What ``forward`` adds to the kernel."""
        return (self.up @ self.down).view_as(weight)

    def forward(self, weight: Tensor) -> Tensor:
        """The kernel that the layer computes with."""
        return _laid_out_like(weight, weight + self.added(weight))


class BranchSum(nn.Module):
    """Two depthwise kernels, each with a scale per channel, and a scaled identity."""

    def __init__(self, weight: Tensor, generator: torch.Generator | None) -> None:
        super().__init__()
        channels, taps = weight.shape[0], weight[0].numel()
        shape = (channels, 1, 1, 1)
        gain = 0.5 * _gain(weight)
        self.scale = nn.Parameter(weight.new_ones(shape))
        self.branch = nn.Parameter(_uniform(weight, weight.shape, gain, taps, generator))
        self.branch_scale = nn.Parameter(weight.new_full(shape, 0.5))
        self.identity = nn.Parameter(weight.new_zeros(shape))

    def added(self, weight: Tensor) -> Tensor:
        """What ``forward`` adds to the scaled kernel."""
        height, width = weight.shape[2:]
        border = (width // 2, width // 2, height // 2, height // 2)
        return self.branch * self.branch_scale + nn.functional.pad(self.identity, border)

    def forward(self, weight: Tensor) -> Tensor:
        """The kernel that the layer computes with."""
        return _laid_out_like(weight, weight * self.scale + self.added(weight))


def expand(
    network: Model,
    *,
    hidden: int = 128,
    generator: torch.Generator | None = None,
    keep: bool = False,
) -> Model:
    """Expand the network's convolutions in place, and return it.

    Dense convolutions of any kernel size get ``LowRankSum`` with ``hidden`` channels, depthwise
    ones of odd kernel size ``BranchSum``; others (grouped, transposed) stay as they are. What
    is added starts as strong as the kernel it joins, so a fresh network starts at about twice
    its variance; with ``keep`` the kernels are first lessened by it, so the network computes
    what it did before (to continue from collapsed weights). Random values come from
    ``generator``, or from torch's own seed.

    The state dict of an expanded network loads into another one expanded with the same
    ``hidden``. Raises ModelError if ``hidden`` is below 1 or the network is expanded already.
    """
    if type(hidden) is not int or hidden < 1:
        raise ModelError(f"The hidden width must be a whole number above 0, not {hidden!r}.")
    if is_expanded(network):
        raise ModelError(
            "The network is expanded already; collapse it before it is expanded again."
        )
    for layer in list(_convolutions(network)):
        weight = layer.weight
        if layer.groups == 1:
            form: LowRankSum | BranchSum = LowRankSum(weight, hidden, generator)
        elif layer.groups == layer.in_channels == layer.out_channels and all(
            size % 2 for size in layer.kernel_size
        ):
            form = BranchSum(weight, generator)
        else:
            continue
        if keep:
            with torch.no_grad():
                weight -= form.added(weight)
        parametrize.register_parametrization(layer, "weight", form)
    return network


def collapse(network: Model) -> Model:
    """Fold what ``expand`` added into ordinary kernels, in place, and return the network.

    The kernels are the very numbers the expanded network computed with, so its outputs stay
    equal bit for bit. A network that is not expanded stays as it is.
    """
    for layer in list(_expanded(network)):
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
    return network


@torch.no_grad()
def collapsed_state(network: nn.Module) -> dict[str, Tensor]:
    """The state dict that the network would have once collapsed; it stays expanded itself.

    The tensors of expanded layers are new, the others are the network's own: clone what you
    mean to keep.
    """
    state = {
        key: tensor
        for key, tensor in network.state_dict().items()
        if ".parametrizations." not in f".{key}"
    }
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d) and parametrize.is_parametrized(layer, "weight"):
            state[f"{name}.weight" if name else "weight"] = layer.weight
    return state


def is_expanded(network: nn.Module) -> bool:
    """Whether any layer of the network is in its expanded form."""
    return any(True for _ in _expanded(network))


def _convolutions(network: nn.Module) -> Iterator[nn.Conv2d]:
    return (module for module in network.modules() if isinstance(module, nn.Conv2d))


def _expanded(network: nn.Module) -> Iterator[nn.Conv2d]:
    return (
        layer for layer in _convolutions(network) if parametrize.is_parametrized(layer, "weight")
    )


def _laid_out_like(weight: Tensor, kernel: Tensor) -> Tensor:
    # Where a dimension has size 1, a sum forgets that its terms were channels_last, and the
    # convolution then takes a path of half the speed.
    if weight.stride(1) == 1:
        return kernel.to(memory_format=torch.channels_last)
    return kernel


def _gain(weight: Tensor) -> float:
    # How strong the kernel is against one of variance 1 / fan_in: 0.3 for a last layer that
    # starts small, so that what joins it starts small too.
    return math.sqrt(weight.detach().square().mean().item() * weight[0].numel())


def _uniform(
    like: Tensor,
    shape: tuple[int, ...],
    gain: float,
    fan_in: int,
    generator: torch.Generator | None,
) -> Tensor:
    # Drawn on the CPU, so that a seed means the same on every device.
    bound = gain * math.sqrt(3 / fan_in)
    values = torch.rand(shape, generator=generator, dtype=like.dtype) * (2 * bound) - bound
    return values.to(like.device)
