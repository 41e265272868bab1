"""The direct U-Net: the plain way from a damaged picture to a clean one."""

import torch
from torch import Tensor, nn

from srq.restore.networks.blocks import UNet


class Direct(nn.Module):
    """A U-Net that adds a correction, zero until it is trained, to the filled picture."""

    def __init__(self, widths: tuple[int, ...] = (32, 64, 128, 144)) -> None:
        super().__init__()
        self.config = {"widths": list(widths)}
        self.net = UNet(7, 3, tuple(widths), leak=0.1)

    @property
    def multiple(self) -> int:
        """What the height and width must be multiples of."""
        return self.net.multiple

    @property
    def reach(self) -> int:
        """How many pixels away the furthest pixel is that a result depends on."""
        return self.net.reach

    def remember(self, picture: Tensor, filled: Tensor, mask: Tensor) -> None:
        """Nothing: it sees no more than its surroundings. (The triplet remembers a thumbnail.)"""

    def forward(self, picture: Tensor, filled: Tensor, mask: Tensor, memory: None = None) -> Tensor:
        """The restored (N, 3, H, W), not clipped.

        picture: as it came, after its tone was mended, (N, 3, H, W).
        filled:  the same with what lies under the mask filled.
        mask:    (N, 1, H, W), 0 to 1.
        """
        return filled + self.net(torch.cat([2 * filled - 1, 2 * (picture - filled), mask], 1))
