"""A step of ``kim`` in one compiled pass, several times faster on a CPU than layer by layer.

``loss_of`` gives what ``srq.train.objective`` computes with PyTorch, to float32 rounding, with
gradients for the same weights; ``loss_of_kernels`` does so for kernels given one by one, and
can round what each layer makes, as a quantized twin does. Everything else of a training
(expansion, optimizer, averages) stays as it is. The C++ beside this file is compiled on first
use, for the machine at hand.
"""

import ctypes
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from srq.models.kim import Kim
from srq.train.config import Loss
from srq.train.fused.build import KimWeights, library

_LANES = 16
_LOSSES: tuple[Loss, ...] = ("l1", "l2", "charbonnier")


class Grid(NamedTuple):
    """A fixed-point format: multiples of ``step``, a power of two, from low to high steps."""

    step: float
    low: float
    high: float


class TeacherKernels(NamedTuple):
    """A teacher's kernels; what it makes is ``weight`` of the target, the true HR the rest."""

    kernels: Sequence[Tensor]
    weight: float


def supports(model: nn.Module) -> bool:
    """Whether ``loss_of`` takes this network: a float32 ``kim`` on the CPU whose channel counts
    are multiples of 16, at a scale above 1."""
    return isinstance(model, Kim) and supports_kernels(kernels_of(model))


def supports_kernels(kernels: Sequence[Tensor]) -> bool:
    """The same of a ``kim``'s kernels."""
    plain = all(k.device.type == "cpu" and k.dtype == torch.float32 for k in kernels)
    enlarges = kernels[-1].shape[0] > 1
    return plain and enlarges and all(count % _LANES == 0 for count in _channels(kernels))


def kernels_of(model: nn.Module) -> list[Tensor]:
    """The kernels of a network's convolutions, in their order."""
    return [layer.weight for layer in model.children() if isinstance(layer, nn.Conv2d)]


def loss_of(model: Kim, lr: Tensor, hr: Tensor, loss: Loss, width_of_l2: float) -> Tensor:
    """The mean loss of a batch, on the graph of the model's parameters.

    ``lr`` is uint8 (N, 1, h, w) and ``hr`` uint8 (N, 1, s*h, s*w), as in ``objective.loss_of``.
    Uses torch's thread count; the last bits depend on it. Raises MissingDependencyError if the
    step cannot be compiled (``build.library`` says so beforehand).
    """
    return loss_of_kernels(kernels_of(model), lr, hr, loss, width_of_l2)


def loss_of_kernels(
    kernels: Sequence[Tensor],
    lr: Tensor,
    hr: Tensor,
    loss: Loss,
    width_of_l2: float,
    *,
    grids: Sequence[Grid] | None = None,
    teacher: TeacherKernels | None = None,
) -> Tensor:
    """``loss_of`` the ``kim`` that these nine kernels make, on their graph.

    ``grids`` are the formats that the results of the nine layers are rounded to, half up: those
    of the second pointwise layer with the sum, those of the last with the shuffle and the
    nearest-neighbour upscale. Luma is then n / 256 inside, and comes back as n / 255. Gradients
    pass rounding as if it were not there, and stop where a value saturates.
    """
    step: Any = _Step.apply  # torch's stubs leave the result of apply untyped
    return step(lr, hr, _LOSSES.index(loss), width_of_l2, grids, teacher, *kernels)


class _Step(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        lr: Tensor,
        hr: Tensor,
        loss: int,
        width_of_l2: float,
        grids: Sequence[Grid] | None,
        teacher: TeacherKernels | None,
        *weights: Tensor,
    ) -> Tensor:
        lr, hr = lr.contiguous(), hr.contiguous()
        kernels = [weight.detach().contiguous() for weight in weights]
        teacher_kernels = [k.detach().contiguous() for k in teacher.kernels] if teacher else []
        ctx.gradients = [torch.empty_like(kernel) for kernel in kernels]
        numbers = [number for grid in grids or () for number in grid]
        value = library().srq_kim_step(
            lr.data_ptr(),
            hr.data_ptr(),
            lr.shape[0],
            lr.shape[2],
            lr.shape[3],
            math.isqrt(len(kernels[-1])),
            _network(kernels),
            _pointers(ctx.gradients),
            (ctypes.c_float * len(numbers))(*numbers) if numbers else None,
            _network(teacher_kernels) if teacher else None,
            teacher.weight if teacher else 0.0,
            loss,
            width_of_l2,
            torch.get_num_threads(),
        )
        return torch.tensor(value, dtype=torch.float32)

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor | None, ...]:
        return (None,) * 6 + tuple(gradient * outer[0] for gradient in ctx.gradients)


def _channels(kernels: Sequence[Tensor]) -> tuple[int, int]:
    """Of a ``kim``'s kernels: wide and narrow."""
    return len(kernels[0]), len(kernels[2])


def _network(kernels: Sequence[Tensor]) -> KimWeights:
    return KimWeights(*_channels(kernels), _pointers(kernels))


def _pointers(tensors: Sequence[Tensor]) -> ctypes.Array[ctypes.c_void_p]:
    return (ctypes.c_void_p * len(tensors))(*(tensor.data_ptr() for tensor in tensors))
