"""The detector: where a photograph is damaged."""

import torch
from torch import Tensor, nn

from srq.restore.networks.blocks import UNet

RARE = -3.0
"""The logit that says of a pixel no more than that damage is rare."""

_SIZES = (5, 7, 7)
"""The sides of the squares that ``top_hats`` opens with, at full size, half and a quarter: lines up
to 4, 12 and 24 pixels wide stand out."""

_LEAK = 0.1
"""The slope below zero of the coarser levels' ReLUs."""

_TOLD = 0.5
"""How much of what was seen at half the size is believed."""

_GAIN = 4.0
_LUMA = (0.299, 0.587, 0.114)

_AROUND = 5
"""The side, at a quarter of the size, of the square whose texture a pixel is compared with."""

_FLAT = 0.03
"""The deviation of luma that is taken for flat."""


class Detector(nn.Module):
    """Gives, of each pixel, the logit that damage hides it.

    Beside luma and colour it sees how busy the surroundings are, and luma and its top-hats at three
    scales in proportion to that: what stands out from its surroundings and is thinner than they, be
    it a hair of one pixel or a crack of twenty. The network need not learn first to see such
    things, but at once which of them are damage.

    It looks at a picture at ``scales`` sizes, each half of the one before, with the same weights,
    the smallest first, and is told each time what it saw at half the size: so a broad crack is
    found as a thin one is.

    ``threshold`` is the probability from which on a pixel counts as damaged, and ``enough`` how
    damaged a picture must look (``srq.restore.defects.damage_of``) for that to be believed. Both
    are chosen on pictures held out.
    """

    def __init__(self, widths: tuple[int, ...] = (32, 48, 64, 96), scales: int = 3) -> None:
        super().__init__()
        self.config = {"widths": list(widths), "scales": scales}
        self.scales = scales
        self.net = UNet(8, 1, widths, halves=4, leak=[0.0, *(_LEAK for _ in widths[1:])])
        self.register_buffer("threshold", torch.tensor(0.5))
        self.register_buffer("enough", torch.tensor(0.0))
        bias = self.net.out.bias
        assert bias is not None
        nn.init.constant_(bias, RARE)

    @property
    def multiple(self) -> int:
        """What the height and width of one look must be multiples of."""
        return max(self.net.multiple, 2 ** len(_SIZES) // 2)

    @property
    def reach(self) -> int:
        """How many pixels away the furthest pixel is that a logit of one look depends on."""
        return self.net.reach + max(2**level * size for level, size in enumerate(_SIZES))

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (N, 3, H, W), 0 to 1, gray ones too, to logits (N, 1, H, W); the smallest size
        must be a ``multiple`` too."""
        pyramid = [pictures]
        while len(pyramid) < self.scales:
            pyramid.append(nn.functional.avg_pool2d(pyramid[-1], 2))
        seen = self.look(pyramid.pop())
        while pyramid:
            seen = self.look(pyramid.pop(), doubled(seen))
        return seen

    def look(self, pictures: Tensor, coarser: Tensor | None = None) -> Tensor:
        """Logits (N, 1, H, W) of pictures at one size, after what was seen at half of it: logits
        ``doubled``, and None at the smallest."""
        red, green, blue = pictures.split(1, 1)
        luma = _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue
        told = torch.zeros_like(luma) if coarser is None else _TOLD * (coarser - RARE)
        half = nn.functional.avg_pool2d(luma, 2)
        quarter = nn.functional.avg_pool2d(half, 2)
        mean = mean_around(quarter, _AROUND)
        square = mean_around(nn.functional.avg_pool2d(luma * luma, 4), _AROUND)
        texture = (square - mean * mean).clamp(min=0).sqrt() + _FLAT
        full, halves, quarters = (
            top_hats(plane, size) / _larger(texture, 4 >> level)
            for level, (plane, size) in enumerate(zip((luma, half, quarter), _SIZES, strict=True))
        )
        busy = _larger(texture, 4)
        colour = [_GAIN * (red - green), _GAIN * (blue - green)]
        beside = [(luma - _larger(mean, 4)) / busy, _GAIN * busy]
        finest = torch.cat([2 * luma - 1, *colour, *beside, full, told], 1)
        return self.net(finest, torch.cat([halves, _larger(quarters, 2)], 1)) + told


def doubled(seen: Tensor) -> Tensor:
    """Logits (N, 1, H, W) at twice the size."""
    return nn.functional.interpolate(seen, scale_factor=2.0, mode="bilinear", align_corners=False)


def mean_around(planes: Tensor, size: int) -> Tensor:
    """The mean of the square of an odd ``size`` around each pixel, as far as there are any."""
    return nn.functional.avg_pool2d(
        planes, size, stride=1, padding=size // 2, count_include_pad=False
    )


def _larger(planes: Tensor, scale: int) -> Tensor:
    """Each pixel ``scale`` times as large."""
    return nn.functional.interpolate(planes, scale_factor=float(scale), mode="nearest")


def top_hats(plane: Tensor, size: int) -> Tensor:
    """By how much each pixel of (N, 1, H, W) is lighter than its opening and darker than its
    closing by a square of ``size``, (N, 2, H, W): what is thinner than the square stands out."""
    both = torch.cat([plane, -plane], 1)
    return both - largest(-largest(-both, size), size)


def largest(planes: Tensor, size: int) -> Tensor:
    """The largest value in the square of an odd ``size`` around each pixel."""
    for axis in (2, 3):
        beyond = list(planes.shape)
        beyond[axis] = size // 2
        nothing = planes.new_full(beyond, -torch.inf)
        planes = torch.cat([nothing, planes, nothing], axis)
        # Of spans of two, four, eight: quicker than max_pool2d, which looks at each pixel anew.
        span = 1
        while span < size:
            step = min(span, size - span)
            left = planes.shape[axis] - step
            near, far = (planes.narrow(axis, start, left) for start in (0, step))
            planes, span = torch.maximum(near, far), span + step
    return planes
