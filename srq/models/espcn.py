"""ESPCN: three layers at the LR size and a pixel shuffle.

W. Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
Convolutional Neural Network", 2016. The authors' (64, 32) has 21,184 weights at x2.
"""

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from srq.models.network import Network, uniform_


class Espcn(Network):
    """5x5 to ``features``, 3x3 to ``mapped``, 3x3 to scale^2 sub-pixels.

    ``act`` stands between them: "relu", which integers can say, or "tanh" as the authors have
    it. ``squash`` puts a sigmoid at the end, as some public weights have it.
    """

    name: ClassVar[str] = "espcn"

    def __init__(
        self,
        scale: int = 2,
        features: int = 64,
        mapped: int = 32,
        act: str = "relu",
        squash: bool = False,
    ) -> None:
        super().__init__(scale=scale, features=features, mapped=mapped, act=act, squash=squash)
        self.require_positive(features=features, mapped=mapped)
        self.require_choice(("tanh", "relu"), act=act)
        self.require_choice((True, False), squash=squash)
        self.extract = nn.Conv2d(1, features, 5, padding=2)
        self.map = nn.Conv2d(features, mapped, 3, padding=1)
        self.subpixels = nn.Conv2d(mapped, scale * scale, 3, padding=1)
        self.act = nn.Tanh() if act == "tanh" else nn.ReLU()
        self.squash = nn.Sigmoid() if squash else nn.Identity()
        for layer in (self.extract, self.map, self.subpixels):
            uniform_(layer)

    def forward(self, luma: Tensor) -> Tensor:
        """(N, 1, H, W) -> (N, 1, s*H, s*W); see ``Network``."""
        x = self.act(self.map(self.act(self.extract(luma))))
        return self.squash(F.pixel_shuffle(self.subpixels(x), self.scale))
