"""Adam along the principal axes of each tensor's gradients.

Adam scales every weight by itself and is blind to how the weights of a layer pull together.
Where tensors are as small as this product's (512 weights at most in ``kim``), the whole
covariance of a tensor's gradient can be kept, and Adam be run in the basis of its
eigenvectors. This is SOAP (Vyas et al., 2024) without its Kronecker approximation.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn, optim

_MEMORY = 0.999  # decay of the covariance per step
_GATHER = 10  # gradients that are added to the covariance at a time
_TURN = 50  # steps between two corrections of the basis: a QR factorisation each
_BEGIN = 20  # steps before the first basis is taken; the weights rest until then
_LARGEST = 2048  # weights of a tensor up to which a basis is kept; beyond it, plain Adam
_EPSILON = 1e-9


class Soap(optim.Optimizer):
    """Adam in the eigenbasis of the gradient covariance, for tensors of up to 2048 weights.

    Larger tensors take plain Adam steps. All state is tensors: ``state_dict`` restores the
    very next step to the bit.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], lr: float, betas: tuple[float, float]
    ) -> None:
        super().__init__(parameters, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:
        """Take one step along ``grad``; there is no closure to call."""
        if closure is not None:
            raise TypeError("Soap takes no closure.")
        with _one_thread():
            for group in self.param_groups:
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        _step_tensor(parameter, self.state[parameter], group["lr"], group["betas"])


@contextmanager
def _one_thread() -> Iterator[None]:
    """Products this small gain nothing by more; and OpenMP's threads, once woken, go on to spin
    for a while on the cores that the compiled step wants next."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _step_tensor(
    parameter: nn.Parameter, state: dict[str, Any], lr: float, betas: tuple[float, float]
) -> None:
    assert parameter.grad is not None
    gradient = parameter.grad.reshape(-1)
    if not state:
        _begin(state, gradient)
    state["step"] += 1
    steps = int(state["step"])
    if "basis" in state:
        _remember(state, gradient, steps)
        if steps <= _BEGIN:
            if steps == _BEGIN:
                state["basis"].copy_(torch.linalg.eigh(state["covariance"]).eigenvectors.flip(1))
            return
        if steps % _TURN == 0:
            _turn(state)
        gradient = state["basis"].T @ gradient
        steps -= _BEGIN
    mean, square = state["mean"], state["square"]
    mean.lerp_(gradient, 1 - betas[0])
    square.lerp_(gradient.square(), 1 - betas[1])
    correction = math.sqrt(1 - betas[1] ** steps) / (1 - betas[0] ** steps)
    move = mean / (square.sqrt() + _EPSILON) * correction
    if "basis" in state:
        move = state["basis"] @ move
    parameter.sub_(move.view_as(parameter), alpha=lr)


def _begin(state: dict[str, Any], gradient: Tensor) -> None:
    count = gradient.numel()
    state["step"] = torch.zeros((), dtype=torch.int64)
    state["mean"] = torch.zeros_like(gradient)
    state["square"] = torch.zeros_like(gradient)
    if count <= _LARGEST:
        state["recent"] = gradient.new_zeros(_GATHER, count)
        state["covariance"] = gradient.new_zeros(count, count)
        state["basis"] = torch.eye(count, dtype=gradient.dtype, device=gradient.device)


def _remember(state: dict[str, Any], gradient: Tensor, steps: int) -> None:
    """Take the gradient into the covariance; several at a time, since that is one product."""
    place = (steps - 1) % _GATHER
    recent = state["recent"]
    recent[place] = gradient
    if place == _GATHER - 1:
        kept = _MEMORY**_GATHER
        state["covariance"].addmm_(recent.T, recent, beta=kept, alpha=(1 - kept) / _GATHER)


def _turn(state: dict[str, Any]) -> None:
    """Bring the basis nearer to the eigenvectors: one step of orthogonal iteration."""
    basis = state["basis"]
    turned = torch.linalg.qr(state["covariance"] @ basis).Q
    state["mean"].copy_(turned.T @ (basis @ state["mean"]))
    basis.copy_(turned)
