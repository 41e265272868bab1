"""The stage vae-x: an autoencoder of old photographs, real ones and made ones in one latent space.

A discriminator tells the latents of the two apart as well as it can, and the encoder learns to
leave it nothing to tell by. So what the mapping learns on made ones holds for real ones.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from srq.errors import ConfigError
from srq.image.io import Picture, write
from srq.restore.networks.discriminator import LatentDiscriminator
from srq.restore.networks.shipped import WEIGHTS_FILE, read
from srq.restore.networks.vae import Vae, divergence
from srq.restore.training.damaged import DamagedCrops, row
from srq.restore.training.sheets import square
from srq.restore.training.stage import Batch, Place, Stage
from srq.restore.training.stages.vae_y import latent_noise, shape_of
from srq.runs.measured import PSNR


class VaeXStage(Stage):
    """Learns to give old photographs back; half of a batch is real where there are real ones."""

    quantity = PSNR

    def __init__(self, place: Place) -> None:
        config = place.config
        self._config = config.vae_x
        self._vae = config.vae_y
        self._seed = config.seed
        self._gray = config.data.gray
        self._shown = config.run.pictures
        self._processes = place.processes
        self._device = place.device
        self._real = place.photographs.real
        self.network = Vae(shape_of(self._vae))
        self.network.load_state_dict(trained(place, "vae-y").state_dict())
        opposed = self._real and self._config.adversary
        self.adversary = LatentDiscriminator(self._vae.latent).to(place.device) if opposed else None
        self._crops = DamagedCrops(place, self._config)

    def batch(self, step: int) -> Batch:
        """Old crops, made ones first, how many those are, and the noise of their latents."""
        crops, _ = self._crops.batch(step, thumbnails=False)
        made = crops.filled
        count = len(made)
        if self._real:
            count -= count // 2
            made = torch.cat([made[:count], self._real_crops(step, len(made) - count)])
        noise = latent_noise(made, self._vae, self._seed, step, self._processes.rank)
        return made, count, noise

    def loss(self, batch: Batch) -> Tensor:
        """The mean absolute error, the KL, and how well real ones pass for made ones."""
        old, count, noise = batch
        made, z = self.network(old, noise)
        loss = (made - old).abs().mean() + self._vae.kl * divergence(z)
        if self.adversary is not None:
            fooled = (self.adversary(z[count:]) - 1).square().mean()
            loss = loss + self._config.adversary * fooled
        return loss

    def adversary_loss(self, batch: Batch) -> Tensor:
        """The squared error of 1 for made latents and 0 for real ones."""
        assert self.adversary is not None
        old, count, _ = batch
        with torch.no_grad():
            z = self.network.get_submodule("encoder")(old)
        made, real = self.adversary(z[:count]), self.adversary(z[count:])
        return 0.5 * ((made - 1).square().mean() + real.square().mean())

    @torch.no_grad()
    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """The PSNR of what comes back of held pictures, damaged and filled."""
        held = self._crops.held_sheets()
        made = [network(each.filled)[0] for each in held]
        for number, each in enumerate(held[: self._shown]):
            write(pictures / f"{number}.png", Picture(row(each.filled, made[number])))
        error = [float((a - b.filled).square().mean()) for a, b in zip(made, held, strict=True)]
        return {"made": float(-10 * np.log10(np.mean(error) + 1e-10))}

    def _real_crops(self, step: int, count: int) -> Tensor:
        rng = np.random.default_rng([self._seed, 31, step, self._processes.rank])
        side = self._config.crop
        crops = [
            square(self._real[int(rng.integers(len(self._real)))], side, rng, gray=self._gray)
            for _ in range(count)
        ]
        pixels = np.stack([crop.transpose(2, 0, 1) for crop in crops])
        return (torch.from_numpy(pixels).float() / 255).to(self._device)


def trained(place: Place, stage: str) -> Any:
    """The network of a stage before this one; ConfigError if it has not been trained."""
    path = place.runs / stage / WEIGHTS_FILE
    if not path.is_file():
        raise ConfigError(
            f"The stage '{stage}' comes first, and {path} is not there; add it to 'stages'."
        )
    return read(path)[0].to(place.device)
