"""The mapping: the latent of an old photograph to that of a clean one."""

from dataclasses import asdict, dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from srq.restore.networks.attention import Memory, PartialNonLocal
from srq.restore.networks.blocks import ResBlock, zeroed

_CELL = 4
_SEEN = 3 * _CELL**2


@dataclass(frozen=True)
class MappingShape:
    """The latent's channels, those of the layers inward (outward they come in reverse), and the
    dilations of the ResBlocks: ``attended`` of them belong to the attention.

    Without ``attention`` the same ResBlocks stand alone. ``beside`` tells whether the layers see
    the mask of each pixel, and what the picture shows under it; the published network sees the
    latent alone.
    """

    latent: int = 64
    widths: tuple[int, ...] = (72,)
    dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 1)
    attention: bool = True
    beside: bool = True


PUBLISHED = MappingShape(64, (128, 256, 512), (1,) * 8, beside=False)
"""The shape in Wan et al., "Bringing Old Photos Back to Life"."""


class Mapping(nn.Module):
    """The latent of VAE-X to that of VAE-Y, as a correction that is zero until it is trained."""

    def __init__(self, shape: MappingShape | None = None) -> None:
        super().__init__()
        shape = shape or MappingShape()
        self.config = asdict(shape)
        self.shape = shape
        extra = _CELL**2 + _SEEN if shape.beside else 0
        inward = [shape.latent + extra, *shape.widths]
        outward = [*reversed(shape.widths), shape.latent]
        self.inward = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(inward))
        self.attend = PartialNonLocal(shape.widths[-1]) if shape.attention else None
        self.blocks = nn.Sequential(*(ResBlock(shape.widths[-1], d) for d in shape.dilations))
        self.outward = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(outward))
        last = self.outward[-1]
        assert isinstance(last, nn.Conv2d)
        zeroed(last)

    def forward(self, z: Tensor, beside: Tensor, mask: Tensor, memory: Memory | None) -> Tensor:
        """The latent (N, latent, h, w) to the same.

        beside: what ``beside`` made of the picture and its mask.
        mask:   of each latent pixel, (N, 1, h, w).
        memory: of the whole picture; None without attention.
        """
        value = self.features(z, beside)
        if self.attend is not None:
            assert memory is not None
            value = self.attend(value, mask, memory)
        value = self.blocks(value)
        for number, layer in enumerate(self.outward):
            value = layer(torch.relu(value) if number else value)
        return z + value

    def features(self, z: Tensor, beside: Tensor) -> Tensor:
        """What the attention asks with, and what it is asked: the first layers."""
        value = torch.cat([z, beside], 1) if self.shape.beside else z
        for layer in self.inward:
            value = torch.relu(layer(value))
        return value

    def remember(self, z: Tensor, beside: Tensor, mask: Tensor) -> Memory | None:
        """The memory of a whole picture's thumbnail, given as to ``forward``."""
        if self.attend is None:
            return None
        return self.attend.remember(self.features(z, beside), mask)


def beside(picture: Tensor, filled: Tensor, mask: Tensor) -> Tensor:
    """What the latent does not tell: the mask (N, 1, H, W), and what the picture (N, 3, H, W)
    shows under it in place of ``filled``; as channels at a quarter the size."""
    shown = nn.functional.pixel_unshuffle(picture - filled, _CELL)
    return torch.cat([2 * shown, nn.functional.pixel_unshuffle(mask, _CELL)], 1)


def latent_mask(mask: Tensor) -> Tensor:
    """The mask (N, 1, H, W) of latent pixels (N, 1, H / 4, W / 4): the largest of each 4x4."""
    return nn.functional.max_pool2d(mask, _CELL)
