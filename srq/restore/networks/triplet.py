"""The triplet at work: encoder X, mapping, generator Y."""

from typing import Any

from torch import Tensor, nn

from srq.restore.networks.attention import Memory
from srq.restore.networks.mapping import Mapping, MappingShape, beside, latent_mask
from srq.restore.networks.vae import Encoder, Generator, VaeShape


class Triplet(nn.Module):
    """An old photograph to its latent, that to the latent of a clean one, that to a picture."""

    multiple = 4

    def __init__(self, vae: VaeShape | None = None, mapping: MappingShape | None = None) -> None:
        super().__init__()
        vae = vae or VaeShape()
        self.encoder = Encoder(vae)
        self.mapping = Mapping(mapping or MappingShape(latent=vae.latent))
        self.generator = Generator(vae)
        self.config: dict[str, Any] = {
            "vae": dict(vars(vae)),
            "mapping": self.mapping.config,
        }

    @property
    def reach(self) -> int:
        """How many pixels away the furthest pixel is that a result depends on, but for what is
        remembered of the whole picture."""
        mapping, vae = self.mapping.shape, self.encoder.shape
        latent = 2 * len(mapping.widths) + sum(d + 1 for d in mapping.dilations) + 4 * vae.blocks
        # Two strided layers and a 7x7 on either side.
        return 4 * (latent + 2) + 2 * (3 + 1 + 2)

    def remember(self, picture: Tensor, filled: Tensor, mask: Tensor) -> Memory | None:
        """What is remembered of a whole picture, given as its thumbnail (see ``forward``)."""
        aside = beside(picture, filled, mask)
        return self.mapping.remember(self.encoder(filled), aside, latent_mask(mask))

    def forward(
        self, picture: Tensor, filled: Tensor, mask: Tensor, memory: Memory | None = None
    ) -> Tensor:
        """The restored (N, 3, H, W), not clipped.

        picture: as it came, after its tone was mended, (N, 3, H, W); H and W multiples of 4.
        filled:  the same with what lies under the mask filled.
        mask:    (N, 1, H, W), 0 to 1.
        memory:  what ``remember`` gave of the whole picture; None without attention.
        """
        aside = beside(picture, filled, mask)
        z = self.mapping(self.encoder(filled), aside, latent_mask(mask), memory)
        return self.generator(z)
