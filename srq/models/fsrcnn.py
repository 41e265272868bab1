"""FSRCNN: shrink, map and expand at the LR size, one transposed convolution at the end.

C. Dong, C. C. Loy and X. Tang, "Accelerating the Super-Resolution Convolutional Neural
Network", 2016. FSRCNN(56, 12, 4) has 12,464 weights; FSRCNN-s, (32, 5, 1), has 3937, the 4K
of the paper's Table 1. Biases and PReLU slopes come on top.
"""

from typing import ClassVar

from torch import Tensor, nn

from srq.models.network import Network, uniform_


class Fsrcnn(Network):
    """The authors' FSRCNN(d, s, m) with d = ``width``, s = ``shrunk``, m = ``mappings``.

    PReLU follows every layer but the last, with a slope per channel, or one per layer where
    ``shared_slope`` is set.
    """

    name: ClassVar[str] = "fsrcnn"

    def __init__(
        self,
        scale: int = 2,
        width: int = 56,
        shrunk: int = 12,
        mappings: int = 4,
        shared_slope: bool = False,
    ) -> None:
        super().__init__(
            scale=scale, width=width, shrunk=shrunk, mappings=mappings, shared_slope=shared_slope
        )
        self.require_positive(width=width, shrunk=shrunk, mappings=mappings)
        self.require_choice((True, False), shared_slope=shared_slope)

        def convolution(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
            layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
            uniform_(layer)
            return nn.Sequential(layer, nn.PReLU(1 if shared_slope else outputs))

        self.extract = convolution(1, width, 5)
        self.shrink = convolution(width, shrunk, 1)
        self.map = nn.Sequential(*(convolution(shrunk, shrunk, 3) for _ in range(mappings)))
        self.expand = convolution(shrunk, width, 1)
        self.deconvolve = nn.ConvTranspose2d(
            width, 1, 9, stride=scale, padding=4, output_padding=scale - 1
        )
        uniform_(self.deconvolve, gain=0.3)

    def forward(self, luma: Tensor) -> Tensor:
        """(N, 1, H, W) -> (N, 1, s*H, s*W); see ``Network``."""
        x = self.map(self.shrink(self.extract(luma)))
        return self.deconvolve(self.expand(x))
