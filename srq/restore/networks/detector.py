"""The detector: where a photograph is damaged."""

import torch
from torch import Tensor, nn

from srq.restore.networks.blocks import UNet

_RARE = -3.0
"""The logit with which the training begins: damage is rare."""


class Detector(nn.Module):
    """Gives, of each pixel, the logit that damage hides it.

    The levels of its U-Net see both a hair of one pixel and a crack of twenty. ``threshold`` is
    the probability from which on a pixel counts as damaged, chosen on pictures held out.
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 64)) -> None:
        super().__init__()
        self.config = {"widths": list(widths)}
        self.net = UNet(1, 1, tuple(widths))
        self.register_buffer("threshold", torch.tensor(0.5))
        bias = self.net.out.bias
        assert bias is not None
        nn.init.constant_(bias, _RARE)

    @property
    def multiple(self) -> int:
        """What the height and width must be multiples of."""
        return self.net.multiple

    @property
    def reach(self) -> int:
        """How many pixels away the furthest pixel is that a logit depends on."""
        return self.net.reach

    def forward(self, luma: Tensor) -> Tensor:
        """Luma (N, 1, H, W), 0 to 1, to logits (N, 1, H, W)."""
        return self.net(2 * luma - 1)
