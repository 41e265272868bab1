"""VDSR: a deep residual on the bicubic-upscaled picture.

J. Kim, J. K. Lee and K. M. Lee, "Accurate Image Super-Resolution Using Very Deep
Convolutional Networks", 2016. 664,704 weights and 1217 biases.
"""

import math
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from srq.models.bicubic import bicubic_upscale
from srq.models.network import Network, uniform_


class Vdsr(Network):
    """``depth`` 3x3 layers, ``width`` channels between them, ReLU after all but the last."""

    name: ClassVar[str] = "vdsr"

    def __init__(self, scale: int = 2, depth: int = 20, width: int = 64) -> None:
        super().__init__(scale=scale, depth=depth, width=width)
        self.require_positive(depth=depth, width=width)
        channels = [1, *[width] * (depth - 1), 1]
        layers = [nn.Conv2d(channels[i], channels[i + 1], 3, padding=1) for i in range(depth)]
        for layer in layers:
            # Twenty ReLUs in a row would halve the signal each time without the sqrt(2).
            uniform_(layer, gain=0.3 if layer is layers[-1] else math.sqrt(2))
        self.layers = nn.ModuleList(layers)

    def forward(self, luma: Tensor) -> Tensor:
        """(N, 1, H, W) -> (N, 1, s*H, s*W); see ``Network``."""
        upscaled = bicubic_upscale(luma, self.scale)
        x = upscaled
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x) + upscaled
