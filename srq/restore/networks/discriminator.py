"""The latent discriminator: whether a latent is of a real old photograph or of a made one."""

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class LatentDiscriminator(nn.Module):
    """A score of each latent pixel's surroundings: towards 1 for a made one, 0 for a real one.

    Spectral norms keep it from growing too sharp for its opponent to learn from.
    """

    def __init__(self, latent: int = 64, width: int = 64) -> None:
        super().__init__()
        self.config = {"latent": latent, "width": width}
        self.layers = nn.Sequential(
            spectral_norm(nn.Conv2d(latent, width, 3, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(width, width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(width, 1, 3, padding=1)),
        )

    def forward(self, z: Tensor) -> Tensor:
        """(N, latent, h, w) to scores (N, 1, h / 2, w / 2)."""
        return self.layers(z)
