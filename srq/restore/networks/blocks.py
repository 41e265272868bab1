"""What the networks of restoration are made of."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class ResBlock(nn.Module):
    """x + two 3x3 convolutions of it; of the same size and channels.

    ``dilation`` spreads the first one. The second begins at zero, so that a fresh block changes
    nothing: without normalisation layers a deep chain of blocks would else not train.
    """

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.second = zeroed(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) to the same."""
        return x + self.second(torch.relu(self.first(x)))


def zeroed(layer: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) -> nn.Module:
    """The layer, giving zero until it is trained."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def kept_alive(network: nn.Module) -> None:
    """Draw the kernels of ``network`` anew so that values keep their size from layer to layer.

    torch draws them smaller, and without normalisation layers a signal fades in fifteen layers so
    much that nothing is learned from it.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            # A transposed convolution lets each value in at (kernel / stride)^2 places only.
            inward = layer.weight[0].numel()
            if isinstance(layer, nn.ConvTranspose2d):
                inward = layer.in_channels * layer.weight[0, 0].numel() // layer.stride[0] ** 2
            nn.init.normal_(layer.weight, std=(2 / inward) ** 0.5)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)


class TwoConvs(nn.Sequential):
    """Two 3x3 convolutions, each with a ReLU; ``leak`` is its slope below zero."""

    def __init__(self, before: int, after: int, leak: float = 0.0) -> None:
        super().__init__(
            nn.Conv2d(before, after, 3, padding=1),
            nn.LeakyReLU(leak, inplace=True) if leak else nn.ReLU(inplace=True),
            nn.Conv2d(after, after, 3, padding=1),
            nn.LeakyReLU(leak, inplace=True) if leak else nn.ReLU(inplace=True),
        )


class UNet(nn.Module):
    """A U-Net whose finest level has half the size: 2x2 pixels are its channels.

    ``widths`` are the channels of each level, finest first; each level has half the size of the
    one before. It gives ``after`` channels of (N, ``before``, H, W), and nothing but zeros until
    it is trained. ``halves`` more channels come in at half the size. ``leak`` is the slope of its
    ReLUs below zero, of all or level by level: without one, features are soon switched off for
    good, for that is the shortest way from a bad answer to none. In one training all those of a
    coarse level were, and what lies below it said nothing any more. H and W must be multiples of
    ``multiple``; a pixel depends on no other that is further away than ``reach``.
    """

    def __init__(
        self,
        before: int,
        after: int,
        widths: tuple[int, ...],
        *,
        halves: int = 0,
        leak: float | Sequence[float] = 0.0,
    ) -> None:
        super().__init__()
        leaks = leak if isinstance(leak, Sequence) else [leak] * len(widths)
        self.multiple = 2 ** len(widths)
        self.reach = _reach(len(widths))
        inward = [4 * before + halves, *widths]
        self.down = nn.ModuleList(
            TwoConvs(a, b, slope) for a, b, slope in zip(inward, widths, leaks, strict=False)
        )
        self.up = nn.ModuleList(
            TwoConvs(fine + coarse, fine, slope)
            for (fine, coarse), slope in zip(pairwise(widths), leaks, strict=False)
        )
        self.out = nn.Conv2d(widths[0], 4 * after, 3, padding=1)
        kept_alive(self)
        zeroed(self.out)

    def forward(self, x: Tensor, half: Tensor | None = None) -> Tensor:
        """(N, before, H, W), and (N, halves, H / 2, W / 2) where there are any, to
        (N, after, H, W)."""
        value = nn.functional.pixel_unshuffle(x, 2)
        if half is not None:
            value = torch.cat([value, half], 1)
        # The channels of a pixel side by side: the convolutions take less time and no copies.
        value = value.contiguous(memory_format=torch.channels_last)
        levels: list[Tensor] = []
        for number, convs in enumerate(self.down):
            if number:
                levels.append(value)
                value = nn.functional.max_pool2d(value, 2)
            value = convs(value)
        for level in reversed(range(len(self.up))):
            value = nn.functional.interpolate(value, scale_factor=2.0, mode="nearest")
            value = self.up[level](torch.cat([value, levels.pop()], 1))
        return nn.functional.pixel_shuffle(self.out(value), 2)


def _reach(levels: int) -> int:
    """How far a pixel sees: two convolutions on the way down and on the way up at each level,
    one at the end, and at each change of size the rest of a square."""
    convs = [4] * (levels - 1) + [2]
    convs[0] += 1
    return sum((count + 1) * 2 ** (level + 1) for level, count in enumerate(convs))
