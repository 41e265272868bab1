"""Why what a Program has no op for is refused, and the way out: the ends of sentences."""

import operator
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from srq.models.bicubic import bicubic_upscale

CLAMPS = (torch.clamp, torch.clip, "clamp", "clip")

NO_OP = (
    "is no op of a Program, which has convolutions of stride 1, ReLU and PReLU, sums, pixel"
    " shuffles and nearest-neighbour upscales"
)
_NOT_RELU = "is another activation: only ReLU and PReLU are exact in integers (use one of them)"
_PRODUCT = (
    "multiplies: put a constant factor into a convolution's weights; there is no op for a product"
    " of two values"
)
_DIFFERENCE = "subtracts: put the minus into a convolution's weights, and add"
_JOIN = (
    "joins channels: use a sum instead, as a convolution of joined values is the sum of two"
    " convolutions"
)
_ACTIVATIONS = (
    *(nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU, nn.Mish, nn.ELU, nn.ReLU6, nn.Hardswish, nn.Softplus),
    *(torch.tanh, torch.sigmoid, F.gelu, F.silu, F.elu, F.relu6, F.hardswish, F.softplus),
    *("tanh", "sigmoid"),
)
REASONS: dict[Any, str] = {
    **dict.fromkeys(_ACTIVATIONS, _NOT_RELU),
    **dict.fromkeys((operator.mul, operator.imul, torch.mul, "mul", "mul_"), _PRODUCT),
    **dict.fromkeys((operator.truediv, torch.div, "div", "div_"), _PRODUCT),
    **dict.fromkeys((operator.sub, operator.isub, torch.sub, "sub", "sub_"), _DIFFERENCE),
    **dict.fromkeys((torch.cat, torch.concat), _JOIN),
    **dict.fromkeys(CLAMPS, "clips: only to 0 and 1 at the very end, where the picture does it"),
    F.prelu: "is written as a function: use nn.PReLU",
    nn.ConvTranspose2d: "is transposed: use a convolution and a pixel shuffle instead",
    bicubic_upscale: "weighs with fractions: use the nearest-neighbour upscale instead",
}
"""By a module's class, a function, or a method's name; ``NO_OP`` for all others."""
