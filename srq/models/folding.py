"""Layers that are convolutions in disguise: batch normalization, and PReLU's two slopes."""

import torch
from torch import Tensor, nn

from srq.errors import ModelError


@torch.no_grad()
def normalized(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> nn.Conv2d:
    """The convolution that does what ``conv`` and then ``norm`` do in evaluation mode, to the last
    bits of a float32. Raises ModelError if ``norm`` keeps no running statistics."""
    factor, offset = _affine(norm)
    bias = torch.zeros_like(factor) if conv.bias is None else conv.bias.double()
    return _like(conv, conv.weight.double() * factor.view(-1, 1, 1, 1), bias * factor + offset)


def as_conv(norm: nn.BatchNorm2d) -> nn.Conv2d:
    """A batch normalization as a depthwise 1x1 convolution, where none stands before it."""
    return normalized(depthwise(torch.ones(norm.num_features, 1)), norm)


@torch.no_grad()
def both_signs(conv: nn.Conv2d) -> nn.Conv2d:
    """Every output channel of ``conv`` twice, the second time negated, side by side."""
    weight = torch.stack([conv.weight, -conv.weight], 1).flatten(0, 1)
    bias = None if conv.bias is None else torch.stack([conv.bias, -conv.bias], 1).flatten()
    return _like(conv, weight, bias)


def slopes_of(module: nn.PReLU | nn.LeakyReLU, channels: int) -> Tensor:
    """The slope below zero of each channel (channels,)."""
    if isinstance(module, nn.PReLU):
        return module.weight.detach().expand(channels)
    return torch.full((channels,), float(module.negative_slope))


def two_slopes(slopes: Tensor) -> nn.Conv2d:
    """What makes a PReLU of the ReLUs of x and -x, side by side: relu(x) - slope * relu(-x)."""
    return depthwise(torch.stack([torch.ones_like(slopes), -slopes], 1))


@torch.no_grad()
def depthwise(factors: Tensor) -> nn.Conv2d:
    """A 1x1 convolution without a bias whose channel c weighs its own n inputs by
    ``factors[c]``, of (channels, n)."""
    channels, inputs = factors.shape
    made = nn.Conv2d(channels * inputs, channels, 1, groups=channels, bias=False)
    made.weight.copy_(factors.view(channels, inputs, 1, 1))
    return made


def signs(channels: int) -> nn.Conv2d:
    """The convolution that gives x and -x of every channel, side by side."""
    return both_signs(depthwise(torch.ones(channels, 1)))


def _affine(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """What ``norm`` multiplies by and what it adds, float64 (channels,)."""
    if norm.running_mean is None or norm.running_var is None:
        raise ModelError(
            "The network cannot become integers: a BatchNorm2d keeps no running statistics, so its"
            " factors depend on the picture; train it with track_running_stats."
        )
    factor = (norm.running_var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        factor = factor * norm.weight.double()
    offset = -norm.running_mean.double() * factor
    if norm.bias is not None:
        offset = offset + norm.bias.double()
    return factor, offset


def _like(conv: nn.Conv2d, weight: Tensor, bias: Tensor | None) -> nn.Conv2d:
    """A convolution of ``conv``'s geometry with these weights, in float32."""
    padding = conv.padding
    if not isinstance(padding, str):
        padding = padding[0], padding[1]
    made = nn.Conv2d(
        conv.in_channels,
        len(weight),
        (conv.kernel_size[0], conv.kernel_size[1]),
        padding=padding,
        groups=conv.groups,
        bias=bias is not None,
    )
    made.weight.data.copy_(weight)
    if bias is not None and made.bias is not None:
        made.bias.data.copy_(bias)
    return made
