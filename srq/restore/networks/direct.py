"""The direct U-Net: the plain way from a damaged picture to a clean one."""

import torch
from torch import Tensor, nn

from srq.restore.networks.blocks import UNet

_SURE = 6.0
"""The logit with which what is surely damaged takes what was filled in, until it is trained."""

_FINE = 16.0
"""How much larger the network sees what each pixel differs from those around it: noise and blocks
are faint beside the picture, and would be learned late."""

_FAINT = 0.1
"""How much smaller a correction is than what the U-Net puts out. A step of the training moves that
by much, and without this the first corrections would be worse than the noise."""


class Direct(nn.Module):
    """A U-Net that blends the picture with the filled one, pixel by pixel, and adds a correction.

    How far it trusts what was filled in follows the mask until it is trained; the correction is
    zero until then.
    """

    def __init__(self, widths: tuple[int, ...] = (48, 64, 96)) -> None:
        super().__init__()
        self.config = {"widths": list(widths)}
        self.net = UNet(10, 4, tuple(widths), leak=0.1)

    @property
    def multiple(self) -> int:
        """What the height and width must be multiples of."""
        return self.net.multiple

    @property
    def reach(self) -> int:
        """How many pixels away the furthest pixel is that a result depends on."""
        return self.net.reach + 1

    def remember(self, picture: Tensor, filled: Tensor, mask: Tensor) -> None:
        """Nothing: it sees no more than its surroundings. (The triplet remembers a thumbnail.)"""

    def forward(self, picture: Tensor, filled: Tensor, mask: Tensor, memory: None = None) -> Tensor:
        """The restored (N, 3, H, W), not clipped.

        picture: as it came, after its tone was mended, (N, 3, H, W).
        filled:  the same with what may be damaged filled.
        mask:    how surely it is damaged, (N, 1, H, W), 0 to 1.
        """
        fill = filled - picture
        seen = [2 * picture - 1, 2 * fill, mask, _FINE * _fine(picture)]
        made = self.net(torch.cat(seen, 1))
        trust = torch.sigmoid(made[:, :1] + _SURE * (2 * mask - 1))
        return picture + trust * fill + _FAINT * made[:, 1:]


def _fine(picture: Tensor) -> Tensor:
    """What each pixel differs from the mean of the 3x3 pixels around it, itself weighed most."""
    padded = nn.functional.pad(picture, (1, 1, 1, 1), mode="replicate")
    rows = padded[..., :-2, :] + 2 * padded[..., 1:-1, :] + padded[..., 2:, :]
    return picture - (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 16
