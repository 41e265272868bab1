"""SRCNN: three layers on the bicubic-upscaled picture.

C. Dong, C. C. Loy, K. He and X. Tang, "Image Super-Resolution Using Deep Convolutional
Networks", 2014. The 9-1-5 form has 8032 weights and 97 biases, the 8K of the paper's Table 1.
"""

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from srq.models.bicubic import bicubic_upscale
from srq.models.network import Network, uniform_


class Srcnn(Network):
    """9x9 to ``features``, 1x1 to ``mapped``, 5x5 to one channel, all at the HR size.

    The authors let the picture shrink at its borders; here zeros pad it, so that the output
    is as large as every network's.
    """

    name: ClassVar[str] = "srcnn"

    def __init__(self, scale: int = 2, features: int = 64, mapped: int = 32) -> None:
        super().__init__(scale=scale, features=features, mapped=mapped)
        self.require_positive(features=features, mapped=mapped)
        self.extract = nn.Conv2d(1, features, 9, padding=4)
        self.map = nn.Conv2d(features, mapped, 1)
        self.reconstruct = nn.Conv2d(mapped, 1, 5, padding=2)
        for layer in (self.extract, self.map, self.reconstruct):
            uniform_(layer)

    def forward(self, luma: Tensor) -> Tensor:
        """(N, 1, H, W) -> (N, 1, s*H, s*W); see ``Network``."""
        x = F.relu(self.extract(bicubic_upscale(luma, self.scale)))
        return self.reconstruct(F.relu(self.map(x)))
