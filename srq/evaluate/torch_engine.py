"""A float network as an engine: uint8 luma in, uint8 luma out."""

from dataclasses import replace

import numpy as np
import torch

from srq.errors import ConfigError
from srq.evaluate.engine import About, Luma
from srq.models import Network
from srq.models.expand import collapse, is_expanded
from srq.models.network import count_weights

TILE = 512
"""Pixels of LR along a tile's side: some 35 MB per 32 channels of float32."""


class TorchEngine:
    """Runs a network in float32; its output is clipped and rounded half up.

    A picture larger than ``tile`` (0: never) is done in pieces, each with as much of its
    surroundings as the network looks at, so the pieces are those of the whole but for the
    last bits of float32 sums. An expanded network is collapsed. Raises ConfigError if
    ``device`` is not at hand.
    """

    def __init__(
        self,
        network: Network,
        name: str | None = None,
        *,
        device: str = "cpu",
        tile: int = TILE,
        about: About | None = None,
    ) -> None:
        self.name = name or network.name
        self.scale = network.scale
        self.tile = tile
        self._device = _device(device)
        if is_expanded(network):
            collapse(network)
        self._network = network.to(self._device, torch.float32).eval()
        self._halo = reach(network) if tile else 0
        self.about = replace(
            about or About(),
            kind="float network",
            weights=count_weights(network),
            runs_on=f"torch {self._device.type}",
        )

    def __call__(self, luma: Luma) -> Luma:
        """The larger picture."""
        height, width = luma.shape
        if not self.tile or max(height, width) <= self.tile:
            return self._run(luma)
        scale, halo = self.scale, self._halo
        out = np.empty((height * scale, width * scale), np.uint8)
        for top in range(0, height, self.tile):
            for left in range(0, width, self.tile):
                bottom, right = min(top + self.tile, height), min(left + self.tile, width)
                above, before = max(top - halo, 0), max(left - halo, 0)
                piece = self._run(luma[above : bottom + halo, before : right + halo])
                out[top * scale : bottom * scale, left * scale : right * scale] = piece[
                    (top - above) * scale : (bottom - above) * scale,
                    (left - before) * scale : (right - before) * scale,
                ]
        return out

    @torch.inference_mode()
    def _run(self, luma: Luma) -> Luma:
        picture = torch.from_numpy(np.ascontiguousarray(luma)).to(self._device)
        unit = picture[None, None].float() / 255
        upscaled = self._network(unit.contiguous(memory_format=torch.channels_last))[0, 0]
        codes = torch.floor(upscaled * 255 + 0.5).clamp(0, 255)
        return codes.to(torch.uint8).cpu().numpy()


@torch.inference_mode()
def reach(network: Network) -> int:
    """How many LR pixels away, at most, a pixel can change an HR pixel.

    Found by a NaN in the middle of a picture: it spreads to all that looks at it.
    """
    like = next(network.parameters())
    size = 33
    while True:
        probe = torch.zeros(1, 1, size, size, dtype=like.dtype, device=like.device)
        probe[0, 0, size // 2, size // 2] = torch.nan
        spoilt = network(probe)[0, 0].isnan().nonzero().cpu()
        found = (spoilt // network.scale - size // 2).abs().max().item() if len(spoilt) else 0
        if found < size // 2:
            return int(found)
        size *= 2


def _device(name: str) -> torch.device:
    if name not in ("cpu", "cuda"):
        raise ConfigError(f"A device must be 'cpu' or 'cuda', not '{name}'.")
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("This torch finds no CUDA device; use the device 'cpu'.")
    return torch.device(name)
