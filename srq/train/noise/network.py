"""The network of LUD-VAE: what a picture shows and its noise are encoded apart, at three scales.

The scales are depths: no layer changes the size. At each scale the noise is a Gaussian latent;
q is what the encoder says of it, given a noisy picture, and p what is expected before.
"""

import torch
from torch import Tensor, nn

SCALES = 3

_DEPTH = 4


class LudVae(nn.Module):
    """LUD-VAE with ``width`` channels everywhere; 128 is the paper's.

    ``show`` and ``noise`` encode the two, deepest scale last; ``decode`` puts together what
    was said at the deepest scale first. ``q`` and ``p`` give mean and logarithm of the deviation;
    the deepest p is the standard normal distribution.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.show_in = nn.Conv2d(3, width, 1)
        self.noise_in = nn.Conv2d(3, width, 1)
        self.show = nn.ModuleList(_block(width) for _ in range(SCALES))
        self.noise = nn.ModuleList(_block(width) for _ in range(SCALES))
        self.decode = nn.ModuleList(_block(width) for _ in range(SCALES))
        self.join_show = nn.ModuleList(nn.Conv2d(2 * width, width, 1) for _ in range(SCALES - 1))
        self.join_noise = nn.ModuleList(nn.Conv2d(2 * width, width, 1) for _ in range(SCALES - 1))
        self.join_latent = nn.ModuleList(nn.Conv2d(2 * width, width, 1) for _ in range(SCALES))
        self.q = nn.ModuleList(nn.Conv2d(width, 2 * width, 1) for _ in range(SCALES))
        self.p = nn.ModuleList(nn.Conv2d(width, 2 * width, 1) for _ in range(SCALES - 1))
        self.out = nn.Conv2d(width, 3, 1)

    def forward(
        self, picture: Tensor, blurred: Tensor, noisy: Tensor, draws: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What is decoded of ``picture`` (B, 3, H, W), and the KL of each scale, (SCALES, B).

        blurred: the picture under so much white noise that clean and noisy ones look alike.
        noisy:   1 where a picture is noisy, 0 where it is clean and so has no latent, (B, 1, 1, 1).
        draws:   standard normal numbers, (SCALES, B, width, H, W).

        A KL is the sum over the picture; that of a clean one is 0.
        """
        shows = _stack(self.show, self.show_in(blurred))
        noises = _stack(self.noise, self.noise_in(picture))
        divergences: list[Tensor] = []
        value = shows[-1]
        for scale in reversed(range(SCALES)):
            if scale == SCALES - 1:
                q = self.q[scale](noises[scale])
                p = torch.zeros_like(q)
            else:
                value = self.join_show[scale](torch.cat([value, shows[scale]], 1))
                q = self.q[scale](self.join_noise[scale](torch.cat([value, noises[scale]], 1)))
                p = self.p[scale](value)
            mean, spread = q.chunk(2, 1)
            latent = (mean + spread.exp() * draws[scale]) * noisy
            divergences.append((_divergence(mean, spread, *p.chunk(2, 1)) * noisy).sum((1, 2, 3)))
            value = self.decode[scale](self.join_latent[scale](torch.cat([value, latent], 1)))
        return self.out(value), torch.stack(divergences[::-1])


def _block(width: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(width, width, 3, padding=1)]
    for _ in range(_DEPTH - 1):
        layers += [nn.ReLU(), nn.Conv2d(width, width, 3, padding=1)]
    return nn.Sequential(*layers)


def _stack(blocks: nn.ModuleList, value: Tensor) -> list[Tensor]:
    values: list[Tensor] = []
    for block in blocks:
        value = block(value)
        values.append(value)
    return values


def _divergence(mean: Tensor, spread: Tensor, at: Tensor, wide: Tensor) -> Tensor:
    """The KL of two Gaussians, given means and logarithms of deviations, number by number."""
    return wide - spread + 0.5 * (((2 * spread).exp() + (mean - at) ** 2) / (2 * wide).exp() - 1)
