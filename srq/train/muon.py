"""Muon: momentum whose every step turns a layer's kernel by equally much in all directions.

The step of a kernel, seen as a matrix of outputs by taps, is the nearest orthogonal matrix to
its momentum (Jordan et al., 2024), found by five Newton-Schulz iterations. It is scaled to the
size that a step of Adam usually has (Liu et al., 2025), so that one learning rate serves both:
kernels that are no such matrices (depthwise ones, first layers, few outputs) and biases take
steps of Adam.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn, optim

_MOMENTUM = 0.95
_ITERATIONS = 5
# The polynomial that brings all singular values near 1 fastest, by its authors.
_LINEAR, _CUBIC, _QUINTIC = 3.4445, -4.7750, 2.0315
_FEWEST = 8  # rows of a kernel from which on it is taken as a matrix
_SIZE = 0.2  # the root mean square of a step of Adam
_EPSILON = 1e-8


class Muon(optim.Optimizer):
    """Muon for dense kernels, Adam with ``betas`` for all else.

    All state is tensors: ``state_dict`` restores the very next step. A rate may be a tensor, and
    nothing waits for the device, so a step can be recorded.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], lr: float, betas: tuple[float, float]
    ) -> None:
        super().__init__(parameters, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:
        """Take one step along ``grad``; there is no closure to call."""
        if closure is not None:
            raise TypeError("Muon takes no closure.")
        for group in self.param_groups:
            matrices: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                if is_matrix(parameter):
                    matrices[parameter.shape].append(parameter)
                else:
                    _adam(parameter, self.state[parameter], group["lr"], group["betas"])
            for alike in matrices.values():
                self._turn(alike, group["lr"])

    def _turn(self, alike: list[nn.Parameter], lr: float | Tensor) -> None:
        """Step kernels of one shape, all at a time."""
        ahead = []
        for parameter in alike:
            state, gradient = self.state[parameter], parameter.grad
            assert gradient is not None
            if not state:
                state["momentum"] = torch.zeros_like(gradient)
            state["momentum"].lerp_(gradient, 1 - _MOMENTUM)
            ahead.append(gradient.lerp(state["momentum"], _MOMENTUM).flatten(1))
        moves = orthogonal(torch.stack(ahead))
        rows, columns = moves.shape[1:]
        moves = moves * (_SIZE * max(rows, columns) ** 0.5)
        for parameter, move in zip(alike, moves, strict=True):
            parameter.sub_(move.view(parameter.shape) * lr)


def is_matrix(kernel: Tensor) -> bool:
    """Whether a parameter takes steps of Muon: a kernel from several inputs to many outputs."""
    return kernel.ndim == 4 and kernel.shape[1] > 1 and len(kernel) >= _FEWEST


def orthogonal(matrices: Tensor) -> Tensor:
    """(n, rows, columns) -> the same with all singular values near 1 (0.7 to 1.2)."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + _EPSILON)
    for _ in range(_ITERATIONS):
        square = x @ x.mT
        x = _LINEAR * x + (_CUBIC * square + _QUINTIC * square @ square) @ x
    return x.mT if tall else x


def _adam(
    parameter: nn.Parameter,
    state: dict[str, Any],
    lr: float | Tensor,
    betas: tuple[float, float],
) -> None:
    gradient = parameter.grad
    assert gradient is not None
    if not state:
        state["step"] = torch.zeros((), device=gradient.device)
        state["mean"] = torch.zeros_like(gradient)
        state["square"] = torch.zeros_like(gradient)
    first, second = betas
    state["step"] += 1
    state["mean"].lerp_(gradient, 1 - first)
    state["square"].lerp_(gradient.square(), 1 - second)
    mean = state["mean"] / (1 - first ** state["step"])
    square = state["square"] / (1 - second ** state["step"])
    parameter.sub_(mean / (square.sqrt() + _EPSILON) * lr)
