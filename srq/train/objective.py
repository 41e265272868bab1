"""What one step minimises: the one place where pixels become floats and a loss."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srq.models.kim import Kim
from srq.train import fused
from srq.train.config import Loss

# Within this error (of full scale) Charbonnier is a parabola, beyond it an absolute value.
CHARBONNIER_WIDTH = 1e-3


@dataclass(frozen=True)
class Guide:
    """A frozen teacher; its outputs are ``weight`` of the target, the true HR is the rest."""

    teacher: nn.Module
    weight: float


def loss_of(
    model: nn.Module,
    lr: Tensor,
    hr: Tensor,
    loss: Loss,
    guide: Guide | None = None,
    *,
    in_one_pass: bool = False,
) -> Tensor:
    """The scalar loss of a batch, on the graph of the model's parameters.

    ``lr`` is uint8 (N, 1, h, w) and ``hr`` uint8 (N, 1, s*h, s*w); errors count in units of
    full scale (1.0 is 255 code values) and are averaged over all pixels. ``in_one_pass`` takes
    the compiled step of ``srq.train.fused`` where that supports the model.
    """
    if in_one_pass and guide is None and isinstance(model, Kim) and fused.supports(model):
        return fused.loss_of(model, lr, hr, loss, CHARBONNIER_WIDTH)
    x = to_unit(lr)
    prediction = model(x)
    value = penalty(prediction - to_unit(hr), loss)
    if guide is None:
        return value
    with torch.no_grad():
        taught = guide.teacher(x)
    return (1 - guide.weight) * value + guide.weight * penalty(prediction - taught, loss)


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
