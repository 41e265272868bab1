"""The stage mapping: from the latent of VAE-X to that of VAE-Y; it delivers the whole triplet."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from srq.image.io import Picture, write
from srq.image.metrics import mean_psnr
from srq.restore.networks.mapping import MappingShape, beside, latent_mask
from srq.restore.networks.triplet import Triplet
from srq.restore.training.damaged import Damaged, DamagedCrops, error, psnr, row
from srq.restore.training.sheets import Sheet
from srq.restore.training.stage import Batch, Place, Stage
from srq.restore.training.stages.vae_x import trained
from srq.restore.training.stages.vae_y import shape_of
from srq.runs.measured import PSNR


class MappingStage(Stage):
    """Learns the mapping between two autoencoders that stay as they are."""

    quantity = PSNR

    def __init__(self, place: Place) -> None:
        self._config = place.config.mapping
        self._shown = place.config.run.pictures
        vae = shape_of(place.config.vae_y)
        shape = MappingShape(
            vae.latent, self._config.widths, self._config.dilations, self._config.attention
        )
        old, clean = trained(place, "vae-x"), trained(place, "vae-y")
        triplet = Triplet(vae, shape)
        triplet.encoder.load_state_dict(old.encoder.state_dict())
        triplet.generator.load_state_dict(clean.generator.state_dict())
        for half in (triplet.encoder, triplet.generator):
            half.requires_grad_(False)
        self._clean_encoder: nn.Module = clean.encoder
        self.network = triplet
        self._crops = DamagedCrops(place, self._config)

    def batch(self, step: int) -> Batch:
        """Crops, and the thumbnails of their sheets."""
        return self._crops.batch(step)

    def loss(self, batch: Batch) -> Tensor:
        """The error of the latent, and that of the picture decoded from it."""
        crops, thumbnails = batch
        triplet = self.network
        assert isinstance(triplet, Triplet)
        memory = triplet.remember(thumbnails.picture, thumbnails.filled, thumbnails.mask)
        with torch.no_grad():
            wanted = self._clean_encoder(crops.clean)
            z = triplet.encoder(crops.filled)
        aside = beside(crops.picture, crops.filled, crops.mask)
        mapped = triplet.mapping(z, aside, latent_mask(crops.mask), memory)
        of_latent = (mapped - wanted).abs().mean()
        of_image = error(triplet.generator(mapped), crops)
        return self._config.latent_weight * of_latent + self._config.image_weight * of_image

    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """The PSNR of held pictures under their true masks, beside what was merely filled."""
        return translated(network, self._crops, pictures, self._shown)


@torch.no_grad()
def translated(network: Any, crops: DamagedCrops, pictures: Path, shown: int) -> dict[str, float]:
    """The scores of a network that translates, on held sheets; some are written down.

    "made" is the PSNR of damaged sheets that the detector has marked, and "input" that of what
    they were; "told" is that of those that a user has marked, and "filled" what they are if merely
    filled. Of sheets to which nothing was done, "clean" is the lowest.
    """
    values: dict[str, list[float]] = {"made": [], "input": [], "told": [], "filled": []}
    clean: list[float] = []

    def made_of(sheet: Sheet) -> tuple[Damaged, Tensor]:
        each, small = crops.sheet(sheet), crops.thumbnails([sheet])
        memory = network.remember(small.picture, small.filled, small.mask)
        return each, network(each.picture, each.filled, each.mask, memory)

    for number in crops.held_numbers():
        found, result = made_of(crops.held.sheet(number))
        if number < shown:
            parts = (found.picture, found.mask, found.filled, result, found.clean)
            write(pictures / f"{number}.png", Picture(row(*parts)))
        if bool((found.picture == found.clean).all()):
            clean.append(psnr(result, found.clean))
            continue
        told, other = made_of(crops.told.sheet(number))
        pairs = {"made": result, "input": found.picture, "told": other, "filled": told.filled}
        for name, made in pairs.items():
            values[name].append(psnr(made, found.clean))
    scores = {name: mean_psnr(each) for name, each in values.items()}
    return {**scores, "clean": min(clean)} if clean else scores
