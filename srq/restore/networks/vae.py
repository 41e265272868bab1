"""The two autoencoders of the triplet: pictures to a latent space of a quarter the size, and back.

Around both halves goes a shortcut: 4x4 pixels are 48 channels of the latent, and the layers learn
only what these lack. Without it most of a short training is spent on learning to copy.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from srq.restore.networks.blocks import ResBlock, zeroed

_CELL = 4
_COPIED = 3 * _CELL**2
_GAIN = 4.0
"""What the shortcut multiplies by, so that latents are about as large as the normal deviate."""


@dataclass(frozen=True)
class VaeShape:
    """The channels at full size, half and a quarter (the latent's), and the ResBlocks there.

    ``shortcut`` lets 4x4 pixels pass as channels; the latent must then have 48 or more.
    """

    full: int = 16
    half: int = 32
    latent: int = 64
    blocks: int = 3
    shortcut: bool = True


PUBLISHED = VaeShape(64, 64, 64, 4, shortcut=False)
"""The shape in Wan et al., "Bringing Old Photos Back to Life"."""


class Encoder(nn.Module):
    """(N, 3, H, W) to the latent (N, latent, H / 4, W / 4); H and W are multiples of 4."""

    def __init__(self, shape: VaeShape) -> None:
        super().__init__()
        self.shape = shape
        self.layers = nn.Sequential(
            nn.Conv2d(3, shape.full, 7, padding=3),
            nn.ReLU(),
            nn.Conv2d(shape.full, shape.half, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(shape.half, shape.latent, 4, stride=2, padding=1),
            *(ResBlock(shape.latent) for _ in range(shape.blocks)),
        )
        if shape.shortcut:
            zeroed(_last_stride(self.layers))

    def forward(self, x: Tensor) -> Tensor:
        """Pictures to latents."""
        z = self.layers(2 * x - 1)
        if not self.shape.shortcut:
            return z
        copied = _GAIN * (nn.functional.pixel_unshuffle(x, _CELL) - 0.5)
        return z + nn.functional.pad(copied, (0, 0, 0, 0, 0, z.shape[1] - _COPIED))


class Generator(nn.Module):
    """The latent (N, latent, h, w) to (N, 3, 4 h, 4 w)."""

    def __init__(self, shape: VaeShape) -> None:
        super().__init__()
        self.shape = shape
        last = nn.Conv2d(shape.full, 3, 7, padding=3)
        self.layers = nn.Sequential(
            *(ResBlock(shape.latent) for _ in range(shape.blocks)),
            nn.ConvTranspose2d(shape.latent, shape.half, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(shape.half, shape.full, 4, stride=2, padding=1),
            nn.ReLU(),
            zeroed(last) if shape.shortcut else last,
        )

    def forward(self, z: Tensor) -> Tensor:
        """Latents to pictures, not clipped."""
        x = self.layers(z)
        if not self.shape.shortcut:
            return x + 0.5
        return x + nn.functional.pixel_shuffle(z[:, :_COPIED], _CELL) / _GAIN + 0.5


class Vae(nn.Module):
    """An encoder, whose output is the latent's mean, and a generator."""

    def __init__(self, shape: VaeShape | None = None) -> None:
        super().__init__()
        shape = shape or VaeShape()
        self.config = asdict(shape)
        self.encoder = Encoder(shape)
        self.generator = Generator(shape)

    def forward(self, x: Tensor, noise: Tensor | float = 0.0) -> tuple[Tensor, Tensor]:
        """What comes back of ``x``, the latent having ``noise`` on it, and the latent's mean."""
        z = self.encoder(x)
        return self.generator(z + noise), z


def _last_stride(layers: nn.Sequential) -> nn.Conv2d:
    strided = [layer for layer in layers if isinstance(layer, nn.Conv2d) and layer.stride == (2, 2)]
    return strided[-1]


def divergence(z: Tensor) -> Tensor:
    """The KL, but for constants, of a latent of mean ``z`` and fixed deviation."""
    return torch.mean(z**2)
