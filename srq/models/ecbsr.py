"""The plain 3x3 stack that ECBSR runs as, once its branches are folded.

X. Zhang, H. Zeng and L. Zhang, "Edge-oriented Convolution Block for Real-time Super Resolution
on Mobile Devices", 2021. M4C8 (four blocks of eight channels) has 2748 parameters at x2.
"""

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from srq.models.network import Network, uniform_


class Ecbsr(Network):
    """3x3 to ``width``, ``blocks`` times 3x3, 3x3 to scale^2, on the nearest-upsampled input.

    ``act`` follows every layer but the last: "prelu", a slope per channel as the authors have
    it, or "relu". Their edge-oriented branches are training only: ``srq.models.expand`` stands
    in for them.
    """

    name: ClassVar[str] = "ecbsr"

    def __init__(
        self,
        scale: int = 2,
        blocks: int = 4,
        width: int = 8,
        act: str = "prelu",
        bias: bool = True,
    ) -> None:
        super().__init__(scale=scale, blocks=blocks, width=width, act=act, bias=bias)
        self.require_positive(blocks=blocks, width=width)
        self.require_choice(("prelu", "relu"), act=act)
        self.require_choice((True, False), bias=bias)

        def block(inputs: int) -> nn.Sequential:
            layer = nn.Conv2d(inputs, width, 3, padding=1, bias=bias)
            uniform_(layer)
            return nn.Sequential(layer, nn.PReLU(width) if act == "prelu" else nn.ReLU())

        self.head = block(1)
        self.body = nn.Sequential(*(block(width) for _ in range(blocks)))
        self.tail = nn.Conv2d(width, scale * scale, 3, padding=1, bias=bias)
        uniform_(self.tail, gain=0.3)

    def forward(self, luma: Tensor) -> Tensor:
        """(N, 1, H, W) -> (N, 1, s*H, s*W); see ``Network``."""
        x = self.tail(self.body(self.head(luma)))
        nearest = F.interpolate(luma, scale_factor=self.scale, mode="nearest")
        return F.pixel_shuffle(x, self.scale) + nearest
