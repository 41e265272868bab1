"""A float network as an engine: uint8 luma in, uint8 luma out.

The one place of ``evaluate`` that uses torch, and only inside functions: whoever measures
Programs needs none.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from srq.errors import ConfigError
from srq.evaluate.engine import About, Luma
from srq.files import sha256_file

if TYPE_CHECKING:
    import torch

    from srq.models import Network

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
        network: "Network",
        name: str | None = None,
        *,
        device: str = "cpu",
        tile: int = TILE,
        about: About | None = None,
    ) -> None:
        import torch

        from srq.models.expand import collapse, is_expanded
        from srq.models.network import count_weights

        self.name = name or network.name
        self.scale = network.scale
        self.tile = tile
        self._device = _device(device)
        if is_expanded(network):
            collapse(network)
        self._network = network.to(self._device, torch.float32).eval()
        self._halo = receptive_radius(network) if tile else 0
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

    def _run(self, luma: Luma) -> Luma:
        import torch

        with torch.inference_mode():
            picture = torch.from_numpy(np.ascontiguousarray(luma)).to(self._device)
            unit = picture[None, None].float() / 255
            upscaled = self._network(unit.contiguous(memory_format=torch.channels_last))[0, 0]
            codes = torch.floor(upscaled * 255 + 0.5).clamp(0, 255)
            return codes.to(torch.uint8).cpu().numpy()


def open_checkpoint(path: Path | str, label: str | None = None, *, device: str) -> TorchEngine:
    """The network of a checkpoint or training run, ready to be measured."""
    from srq.train.weights import find_weights

    weights = find_weights(path)
    name = label or f"{Path(path).resolve().stem} (float)"
    about = About(sha256=sha256_file(weights.file))
    return TorchEngine(weights.network(), name, device=device, about=about)


def open_peer(path: Path, label: str | None = None, *, device: str) -> TorchEngine:
    """A peer's network with the weights in ``path``, ready to be measured."""
    from srq.models.peer_weights import load_peer

    about = About(sha256=sha256_file(path))
    return TorchEngine(load_peer(path), label or path.stem, device=device, about=about)


def receptive_radius(network: "Network") -> int:
    """How many LR pixels away, at most, a pixel can change an HR pixel.

    Found by a NaN in the middle of a picture: it spreads to every pixel that depends on it.
    """
    import torch

    like = next(network.parameters())
    size = 33
    while True:
        probe = torch.zeros(1, 1, size, size, dtype=like.dtype, device=like.device)
        probe[0, 0, size // 2, size // 2] = torch.nan
        with torch.inference_mode():
            spoilt = network(probe)[0, 0].isnan().nonzero().cpu()
        found = (spoilt // network.scale - size // 2).abs().max().item() if len(spoilt) else 0
        if found < size // 2:
            return int(found)
        size *= 2


def _device(name: str) -> "torch.device":
    import torch

    if name not in ("cpu", "cuda"):
        raise ConfigError(f"A device must be 'cpu' or 'cuda', not '{name}'.")
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("This torch finds no CUDA device; use the device 'cpu'.")
    return torch.device(name)
