"""The stage tone: thumbnails of faded pictures, and above all of pictures that need nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srq.degrade import Recipe
from srq.degrade.masked import degraded_with_mask
from srq.image.io import Picture, write
from srq.restore.networks.tone import SIDE, Tone, Tones, apply_tones
from srq.restore.training.photographs import Pixels, in_three
from srq.restore.training.stage import Batch, Place, Stage
from srq.runs.measured import PSNR

_KEPT = 128
"""The side of the thumbnails that are kept; a part of each is reduced to SIDE."""

_LAYERS = 64
_NOTICED = 2.0 / 255
"""The mean change from which on a picture counts as faded."""

_LATER = ("blur", "noise", "compression", "resampling", "sharpening", "video")
"""What a thumbnail shows nothing of."""
_GATE = 0.5
_FALSE = 0.02
"""The share of clean held pictures that may seem to need a change; ``SURE`` is well above that."""

_FLOOR = 1e-4
_LUMA = np.array([0.299, 0.587, 0.114])
_HELD_SEED = 9


class ToneStage(Stage):
    """Learns curves and a matrix, and whether there is anything to change."""

    quantity = PSNR

    def __init__(self, place: Place) -> None:
        config = place.config
        self._config = config.tone
        self._seed = config.seed
        self._gray = config.data.gray
        self._device = place.device
        self._processes = place.processes
        self._shown = config.run.pictures
        recipe = Recipe.load(config.data.recipe).without(_LATER)
        self._fading, self._damaging = recipe.without(("damage",)), recipe.without(("colour",))
        self.network = Tone(self._config.width, self._config.hidden, self._config.members)
        self._train = [_reduced(picture) for picture in place.photographs.train]
        self._held = [_reduced(picture) for picture in place.photographs.held]
        self._layers: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def batch(self, step: int) -> Batch:
        """Thumbnails as seen (some with damage over them), the same faded only, and clean."""
        size = self._config.batch
        slots = range(self._processes.rank, size, self._processes.world)
        undamaged = round(self._config.whole * size)
        made = [self._example(self._train, step, slot, slot < undamaged) for slot in slots]
        return tuple(torch.stack(part).to(self._device) for part in zip(*made, strict=True))

    def loss(self, batch: Batch) -> Tensor:
        """What each member says of them, by ``_loss``."""
        seen, faded, clean = batch
        assert isinstance(self.network, Tone)
        each = self.network.each(seen)
        return torch.stack([_loss(tones, faded, clean) for tones in each]).mean()

    @torch.no_grad()
    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """The mean PSNR of faded held pictures before and after."""
        network = network.cpu()  # Thumbnails are small.
        before: list[float] = []
        after: list[float] = []
        for slot in range(len(self._held)):
            seen, faded, clean = (
                part[None] for part in self._example(self._held, 0, slot, False, _HELD_SEED)
            )
            made = toned(network, seen, faded)
            if bool((faded - clean).abs().mean() > _NOTICED):
                before.append(_psnr(faded, clean))
                after.append(_psnr(made, clean))
            if slot < self._shown:
                row = torch.cat([faded, made.clamp(0, 1), clean], 3)[0]
                pixels = (row * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).numpy()
                write(pictures / f"{slot}.png", Picture(np.ascontiguousarray(pixels)))
        return {
            "faded": float(np.mean(before)) if before else 0.0,
            "mended": float(np.mean(after)) if after else 0.0,
        }

    @torch.no_grad()
    def finish(self, network: nn.Module) -> dict[str, Any]:
        """Shift the logit so that nearly no clean held picture seems to need a change. They are
        looked at whole, as ``srq restore`` does: parts of them look faded more often."""
        clean = np.stack([_thumbnail(picture).transpose(2, 0, 1) for picture in self._held])
        logits = network.cpu()(torch.from_numpy(clean.astype(np.float32) / 255)).needed
        shift = max(0.0, float(torch.quantile(logits, 1 - _FALSE)))
        assert isinstance(network, Tone)
        network.shift_needed(-shift)
        return {"shift": shift, "alarms": float((logits > shift).float().mean())}

    def _example(
        self, pictures: list[NDArray[np.float32]], step: int, slot: int, whole: bool, key: int = 4
    ) -> tuple[Tensor, Tensor, Tensor]:
        rng = np.random.default_rng([self._seed, key, step, slot])
        picture = pictures[
            slot % len(pictures) if key == _HELD_SEED else int(rng.integers(len(pictures)))
        ]
        side = int(rng.integers(SIDE, _KEPT + 1))
        top, left = (int(rng.integers(_KEPT - side + 1)) for _ in range(2))
        piece = picture[top : top + side, left : left + side]
        if rng.random() < 0.5:
            piece = piece[:, ::-1]
        clean = _thumbnail(piece)
        if rng.random() < self._gray:
            clean = np.repeat((clean @ _LUMA)[..., None], 3, 2)
        faded = clean
        if not whole:
            codes = np.floor(clean + 0.5).clip(0, 255).astype(np.uint8)
            entropy = [self._seed, key + 1, step, slot]
            changed, _ = degraded_with_mask(self._fading, codes, entropy)
            if (changed != codes).any():
                faded = changed.astype(np.float64)
        seen = faded
        if rng.random() < self._config.damaged:
            cover, tone = self._layer(int(rng.integers(_LAYERS)))
            turn = int(rng.integers(4))
            cover, tone = np.rot90(cover, turn), np.rot90(tone, turn)
            seen = seen * (1 - cover[..., None]) + tone
        made = (np.ascontiguousarray(part.transpose(2, 0, 1)) for part in (seen, faded, clean))
        seen, faded, clean = (torch.from_numpy(part.astype(np.float32) / 255) for part in made)
        return seen, faded, clean

    def _layer(self, number: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Damage at a thumbnail's size: how much is hidden, and what shows, times that."""
        if number in self._layers:
            return self._layers[number]
        black = np.zeros((4 * SIDE, 4 * SIDE, 3), np.uint8)
        shown, cover = degraded_with_mask(self._damaging, black, [self._seed, 6, number])
        made = _areas(cover[..., None])[..., 0], _areas(shown.astype(np.float64))
        self._layers[number] = made
        return made


def _loss(tones: Tones, faded: Tensor, clean: Tensor) -> Tensor:
    """The mean PSNR of the changed thumbnails, negative, and the cross-entropy of whether a change
    is needed."""
    error = (apply_tones(faded, tones.curves, tones.matrix) - clean).square().mean((1, 2, 3))
    needed = ((faded - clean).abs().mean((1, 2, 3)) > _NOTICED).float()
    gate = nn.functional.binary_cross_entropy_with_logits(tones.needed, needed)
    # One decibel is 0.23 of a natural logarithm.
    return (error + _FLOOR).log().mean() - np.log(_FLOOR) + _GATE * gate


@torch.no_grad()
def toned(network: nn.Module, seen: Tensor, pictures: Tensor) -> Tensor:
    """Pictures (N, 3, H, W) as the network changes them by their thumbnails; those that need
    nothing stay as they are."""
    tones: Tones = network(seen)
    changed = apply_tones(pictures, tones.curves, tones.matrix).clamp(0, 1)
    return torch.where((tones.needed > 0)[:, None, None, None], changed, pictures)


def _reduced(picture: Pixels) -> NDArray[np.float32]:
    """A picture at _KEPT pixels on each side, (_KEPT, _KEPT, 3), codes."""
    planes = np.ascontiguousarray(in_three(picture).transpose(2, 0, 1))
    values = torch.from_numpy(planes)[None].float()
    small = nn.functional.adaptive_avg_pool2d(values, _KEPT)[0]
    return np.ascontiguousarray(small.permute(1, 2, 0).numpy())


def _thumbnail(piece: NDArray[np.float32]) -> NDArray[np.float64]:
    values = torch.from_numpy(np.ascontiguousarray(piece.transpose(2, 0, 1)))[None]
    small = nn.functional.adaptive_avg_pool2d(values, SIDE)[0]
    return small.permute(1, 2, 0).numpy().astype(np.float64)


def _areas(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4 SIDE, 4 SIDE, C) to means over 4x4."""
    return values.reshape(SIDE, 4, SIDE, 4, -1).mean((1, 3))


def _psnr(a: Tensor, b: Tensor) -> float:
    return -10 * float(torch.log10((a - b).square().mean() + 1e-10))
