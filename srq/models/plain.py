"""Plain stacks of dense 3x3 layers: the ladder's networks above 2560 weights.

The shape that SESR (Bhardwaj et al., 2022) and ECBSR (Zhang et al., 2021) run as. Dense layers
keep an integer processor's multipliers busier than depthwise ones, so a weight costs less time.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from srq.models.network import Network, uniform_

# How strong a fresh kernel is beside the identity that it is added to.
_BESIDE_IDENTITY = 0.3


class Plain(Network):
    """A first layer to ``width`` channels, ``blocks`` times 3x3 with ReLU, the first layer's
    features added, and a last layer to scale^2, on top of the nearest-upsampled input.

    ``ends`` is the kernel size of the first and the last layer. Every kernel between them starts
    near the identity, so that a deep stack trains as a shallow one does; the first one's start
    without a mean, since a picture's level says nothing about its edges.
    """

    name: ClassVar[str] = "plain"

    def __init__(
        self, scale: int = 2, width: int = 16, blocks: int = 5, ends: int = 3, skip: bool = True
    ) -> None:
        super().__init__(scale=scale, width=width, blocks=blocks, ends=ends, skip=skip)
        self.require_positive(width=width, blocks=blocks)
        self.require_choice((1, 3, 5), ends=ends)
        self.require_choice((True, False), skip=skip)
        self.skip = skip
        self.head = nn.Conv2d(1, width, ends, padding=ends // 2)
        self.body = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(blocks))
        self.tail = nn.Conv2d(width, scale * scale, ends, padding=ends // 2)
        uniform_(self.head)
        uniform_(self.tail, gain=0.3)
        with torch.no_grad():
            self.head.weight -= self.head.weight.mean(dim=(1, 2, 3), keepdim=True)
            for layer in self.body:
                assert isinstance(layer, nn.Conv2d)
                uniform_(layer, gain=_BESIDE_IDENTITY)
                layer.weight[:, :, 1, 1] += torch.eye(width)

    def forward(self, luma: Tensor) -> Tensor:
        """(N, 1, H, W) -> (N, 1, s*H, s*W); see ``Network``."""
        first = F.relu(self.head(luma))
        x = first
        for place, layer in enumerate(self.body, 1):
            x = layer(x)
            if self.skip and place == len(self.body):
                x = x + first
            x = F.relu(x)
        nearest = F.interpolate(luma, scale_factor=self.scale, mode="nearest")
        return F.pixel_shuffle(self.tail(x), self.scale) + nearest
