"""The paper's network: 2560 weights at x2, made for line-buffer hardware.

Y. Kim and J. Lee, "Quantized CNN-based Super-Resolution Method for Compressed Image
Reconstruction", 2020, Fig. 1. Two 1x5 layers widen the view where it costs no line memory,
two 3x3 layers deepen it: 15 columns by 7 rows reach one output.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from srq.models.network import Network, uniform_


class Kim(Network):
    """Depthwise-separable layers without biases on top of the nearest-upsampled input.

    ``wide`` and ``narrow`` are the channel counts between which the pointwise layers move.
    The scale changes only the last of them, which has scale^2 outputs.

    Weights start uniform within +-sqrt(3 / fan_in), as the paper says ("uniform") without
    naming a bound; those of the last layer start at 0.3 of that, so that training begins near
    the upsampled input instead of far off it. Each kernel of the head is moved to mean zero:
    luma is never negative and there are no biases, so a kernel of negative sum would answer
    nothing but zero, and ReLU would keep it so.
    """

    name: ClassVar[str] = "kim"

    def __init__(self, scale: int = 2, wide: int = 32, narrow: int = 16) -> None:
        super().__init__(scale=scale, wide=wide, narrow=narrow)
        self.require_positive(wide=wide, narrow=narrow)
        self.head = nn.Conv2d(1, wide, 3, padding=1, bias=False)
        self.depthwise1 = _depthwise(wide, (1, 5))
        self.pointwise1 = nn.Conv2d(wide, narrow, 1, bias=False)
        self.depthwise2 = _depthwise(narrow, (1, 5))
        self.pointwise2 = nn.Conv2d(narrow, wide, 1, bias=False)
        self.depthwise3 = _depthwise(wide, (3, 3))
        self.pointwise3 = nn.Conv2d(wide, narrow, 1, bias=False)
        self.depthwise4 = _depthwise(narrow, (3, 3))
        self.pointwise4 = nn.Conv2d(narrow, scale * scale, 1, bias=False)
        for layer in self.children():
            if isinstance(layer, nn.Conv2d):
                uniform_(layer, gain=0.3 if layer is self.pointwise4 else 1.0)
        with torch.no_grad():
            self.head.weight -= self.head.weight.mean(dim=(1, 2, 3), keepdim=True)

    def forward(self, luma: Tensor) -> Tensor:
        """(N, 1, H, W) -> (N, 1, s*H, s*W); see ``Network``."""
        first = F.relu(self.head(luma))
        x = F.relu(self.pointwise1(self.depthwise1(first)))
        x = F.relu(self.pointwise2(self.depthwise2(x)) + first)
        x = F.relu(self.pointwise3(self.depthwise3(x)))
        x = self.pointwise4(self.depthwise4(x))
        nearest = F.interpolate(luma, scale_factor=self.scale, mode="nearest")
        return F.pixel_shuffle(x, self.scale) + nearest


def _depthwise(channels: int, kernel: tuple[int, int]) -> nn.Conv2d:
    padding = (kernel[0] // 2, kernel[1] // 2)
    return nn.Conv2d(channels, channels, kernel, padding=padding, groups=channels, bias=False)
