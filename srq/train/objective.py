"""What one step minimises: the one place where pixels become floats and a loss."""

import torch
from torch import Tensor, nn

from srq.models.kim import Kim
from srq.train import fused
from srq.train.config import Loss
from srq.train.teacher import Teacher

# Within this error (of full scale) Charbonnier is a parabola, beyond it an absolute value.
CHARBONNIER_WIDTH = 1e-3


def loss_of(
    model: nn.Module,
    lr: Tensor,
    hr: Tensor,
    loss: Loss,
    teacher: Teacher | None = None,
    *,
    compiled: bool = False,
) -> Tensor:
    """The scalar loss of a batch, on the graph of the model's parameters.

    ``lr`` is uint8 (N, 1, h, w) and ``hr`` uint8 (N, 1, s*h, s*w); errors count in units of
    full scale (1.0 is 255 code values) and are averaged over all pixels. ``compiled`` takes the
    compiled step of ``srq.train.fused`` where that supports the model.
    """
    if compiled and teacher is None and isinstance(model, Kim) and fused.supports(model):
        return fused.loss_of(model, lr, hr, loss, CHARBONNIER_WIDTH)
    x = to_unit(lr)
    prediction = model(x)
    value = penalty(prediction - to_unit(hr), loss)
    if teacher is None:
        return value
    with torch.no_grad():
        target = teacher.network(x)
    return (1 - teacher.weight) * value + teacher.weight * penalty(prediction - target, loss)


def to_unit(pixels: Tensor) -> Tensor:
    """uint8 pixels as float32 in [0, 1]."""
    return pixels.float() / 255


def penalty(error: Tensor, loss: Loss) -> Tensor:
    """The mean of |e| (l1), e^2 (l2) or sqrt(e^2 + 1e-6) (charbonnier)."""
    if loss == "l1":
        return error.abs().mean()
    if loss == "l2":
        return error.square().mean()
    return (error.square() + CHARBONNIER_WIDTH**2).sqrt().mean()
