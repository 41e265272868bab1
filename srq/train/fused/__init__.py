"""A step of ``kim`` in one compiled pass, several times faster on a CPU than layer by layer.

``loss_of`` gives what ``srq.train.objective`` computes with PyTorch, to float32 rounding, with
gradients for the same weights; everything else of a training (expansion, optimizer, averages)
stays as it is. The C++ beside this file is compiled on first use, for the machine at hand.
"""

import ctypes
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from srq.models.kim import Kim
from srq.train.config import Loss
from srq.train.fused.build import library

_LANES = 16
_LOSSES: tuple[Loss, ...] = ("l1", "l2", "charbonnier")


def supports(model: nn.Module) -> bool:
    """Whether ``loss_of`` takes this network: a float32 ``kim`` on the CPU whose channel counts
    are multiples of 16."""
    if not isinstance(model, Kim):
        return False
    weight = model.head.weight
    channels = (int(model.config["wide"]), int(model.config["narrow"]))
    on_cpu = weight.device.type == "cpu" and weight.dtype == torch.float32
    return on_cpu and all(count % _LANES == 0 for count in channels)


def loss_of(model: Kim, lr: Tensor, hr: Tensor, loss: Loss, width_of_l2: float) -> Tensor:
    """The mean loss of a batch, on the graph of the model's parameters.

    ``lr`` is uint8 (N, 1, h, w) and ``hr`` uint8 (N, 1, s*h, s*w), as in ``objective.loss_of``.
    Uses torch's thread count; the last bits depend on it. Raises MissingDependencyError if the
    step cannot be compiled (``build.library`` says so beforehand).
    """
    layers = [layer for layer in model.children() if isinstance(layer, nn.Conv2d)]
    step: Any = _Step.apply  # torch's stubs leave the result of apply untyped
    return step(model, lr, hr, _LOSSES.index(loss), width_of_l2, *(la.weight for la in layers))


class _Step(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        model: Kim,
        lr: Tensor,
        hr: Tensor,
        loss: int,
        width_of_l2: float,
        *weights: Tensor,
    ) -> Tensor:
        lr, hr = lr.contiguous(), hr.contiguous()
        kernels = [weight.detach().contiguous() for weight in weights]
        ctx.gradients = [torch.empty_like(kernel) for kernel in kernels]
        value = library().srq_kim_step(
            lr.data_ptr(),
            hr.data_ptr(),
            lr.shape[0],
            lr.shape[2],
            lr.shape[3],
            model.config["wide"],
            model.config["narrow"],
            model.scale,
            _pointers(kernels),
            _pointers(ctx.gradients),
            loss,
            width_of_l2,
            torch.get_num_threads(),
        )
        return torch.tensor(value, dtype=torch.float32)

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor | None, ...]:
        return (None,) * 5 + tuple(gradient * outer[0] for gradient in ctx.gradients)


def _pointers(tensors: Sequence[Tensor]) -> ctypes.Array[ctypes.c_void_p]:
    return (ctypes.c_void_p * len(tensors))(*(tensor.data_ptr() for tensor in tensors))
