"""The stage vae-y: an autoencoder of clean pictures."""

from pathlib import Path

import torch
from torch import Tensor, nn

from srq.image.io import Picture, write
from srq.image.metrics import mean_psnr
from srq.restore.networks.vae import Vae, VaeShape, divergence
from srq.restore.training.config import VaeConfig
from srq.restore.training.damaged import DamagedCrops, psnr, row
from srq.restore.training.stage import Batch, Place, Stage
from srq.runs.measured import PSNR


class VaeYStage(Stage):
    """Learns to give clean pictures back though there is noise on the latent."""

    quantity = PSNR

    def __init__(self, place: Place) -> None:
        self._config = place.config.vae_y
        self._seed = place.config.seed
        self._shown = place.config.run.pictures
        self._rank = place.processes.rank
        self.network = Vae(shape_of(self._config))
        self._crops = DamagedCrops(place, self._config)

    def batch(self, step: int) -> Batch:
        """Clean crops, and the noise of their latents."""
        crops, _ = self._crops.batch(step, thumbnails=False)
        return crops.clean, latent_noise(crops.clean, self._config, self._seed, step, self._rank)

    def loss(self, batch: Batch) -> Tensor:
        """The mean absolute error of what comes back, and the KL of the latent."""
        clean, noise = batch
        made, z = self.network(clean, noise)
        return (made - clean).abs().mean() + self._config.kl * divergence(z)

    @torch.no_grad()
    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """The PSNR of what comes back of held pictures."""
        held = self._crops.held_sheets()
        made = [network(each.clean)[0] for each in held]
        for number, each in enumerate(held[: self._shown]):
            write(pictures / f"{number}.png", Picture(row(each.clean, made[number])))
        pairs = zip(made, held, strict=True)
        return {"made": mean_psnr([psnr(result, each.clean) for result, each in pairs])}


def shape_of(config: VaeConfig) -> VaeShape:
    """The shape that a configuration asks for."""
    return VaeShape(config.full, config.half, config.latent, config.blocks, config.shortcut)


def latent_noise(pictures: Tensor, config: VaeConfig, seed: int, step: int, rank: int) -> Tensor:
    """Noise for the latents of (N, 3, H, W), of the deviation that the configuration says."""
    chance = torch.Generator().manual_seed((seed * 0x9E3779B1 + step) * 64 + rank)
    count, _, height, width = pictures.shape
    shape = (count, config.latent, height // 4, width // 4)
    return (config.noise * torch.randn(shape, generator=chance)).to(pictures.device)
