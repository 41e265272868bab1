"""Batches for what translates: damaged pictures without fading, filled, with an honest mask.

A detector misses some damage and sees some where there is none. So at times a part of the mask is
taken away, and at times another picture's mask is laid over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from srq.image.metrics import mean_psnr
from srq.restore.fill import push_pull
from srq.restore.training.config import StageConfig
from srq.restore.training.photographs import Pixels
from srq.restore.training.sheets import Sheet, Sheets
from srq.restore.training.stage import Place

SHOWN = 0.1
"""The cover from which on the mask is set, before it grows by a pixel."""

THUMBNAIL = 2
"""How much smaller the thumbnail of a sheet is, which stands for the whole picture."""

_MISSED = 0.15
_ALARMED = 0.2
_HELD_SEED = 8
_HELD = 24


@dataclass(frozen=True)
class Damaged:
    """Pictures (N, 3, H, W) as they came, with the mask (N, 1, H, W) filled, and clean; 0 to 1."""

    picture: Tensor
    filled: Tensor
    mask: Tensor
    clean: Tensor


class DamagedCrops:
    """The batches of a stage: crops, and the thumbnails of the sheets they are cut from."""

    def __init__(self, place: Place, config: StageConfig) -> None:
        self._config = config
        self._seed = place.config.seed
        self._device = place.device
        data, processes = place.config.data, place.processes
        self._sheets = Sheets(
            place.photographs.train,
            data,
            self._seed,
            faded=False,
            rank=processes.rank,
            world=processes.world,
        )
        self.held = Sheets(place.photographs.held, data, _HELD_SEED, faded=False)

    def batch(self, step: int, *, thumbnails: bool = True) -> tuple[Damaged, Damaged | None]:
        """The crops of ``step``, and the thumbnails of their sheets."""
        config = self._config
        crops = self._sheets.crops(step, config.batch, config.crop, config.whole)
        rng = np.random.default_rng([self._seed, 21, step])
        mask = _mistaken(grown(crops.mask), rng)
        made = self._damaged(crops.spoiled, mask, crops.clean)
        return made, self.thumbnails(crops.sheets) if thumbnails else None

    def thumbnails(self, sheets: Sequence[Sheet]) -> Damaged:
        """Whole sheets, THUMBNAIL times smaller."""
        spoiled = np.stack([sheet.spoiled.transpose(2, 0, 1) for sheet in sheets])
        clean = np.stack([sheet.clean.transpose(2, 0, 1) for sheet in sheets])
        mask = grown(np.stack([sheet.mask[None] for sheet in sheets]))
        picture, whole = (
            nn.functional.avg_pool2d(_unit(part).to(self._device), THUMBNAIL)
            for part in (spoiled, clean)
        )
        small = nn.functional.max_pool2d(mask.to(self._device), THUMBNAIL)
        return Damaged(picture, push_pull(picture, small), small, whole)

    def sheet(self, sheet: Sheet) -> Damaged:
        """A whole sheet under its true mask."""
        spoiled, clean = (part.transpose(2, 0, 1)[None] for part in (sheet.spoiled, sheet.clean))
        return self._damaged(spoiled, grown(sheet.mask[None, None]), clean)

    def held_sheets(self) -> list[Sheet]:
        """Those to measure by, each with damage."""
        numbers = [number for number in range(2 * _HELD) if number % 4]
        return [self.held.sheet(number) for number in numbers[:_HELD]]

    def _damaged(self, spoiled: Pixels, mask: Tensor, clean: Pixels) -> Damaged:
        picture, whole = (_unit(part).to(self._device) for part in (spoiled, clean))
        mask = mask.to(self._device)
        return Damaged(picture, push_pull(picture, mask), mask, whole)


def grown(cover: Pixels) -> Tensor:
    """The mask, 0 or 1, of a cover (N, 1, H, W) of 0 to 255: what is hidden, and a pixel more."""
    hidden = torch.from_numpy((cover >= SHOWN * 255).astype(np.float32))
    return nn.functional.max_pool2d(hidden, 3, stride=1, padding=1)


def weighted_error(made: Tensor, batch: Damaged) -> Tensor:
    """The mean absolute error, that under the mask threefold."""
    return ((made - batch.clean).abs() * (1 + 2 * batch.mask)).mean()


def scores(made: Sequence[Tensor], held: Sequence[Damaged]) -> dict[str, float]:
    """The mean PSNR of results and of what was merely filled; "mask" is that inside the mask."""
    found = {"made": made, "filled": [each.filled for each in held]}
    whole = {
        name: mean_psnr([_psnr(a, each.clean) for a, each in zip(pictures, held, strict=True)])
        for name, pictures in found.items()
    }
    inside = {
        f"{name} in mask": mean_psnr(
            [
                _psnr(a, each.clean, each.mask)
                for a, each in zip(pictures, held, strict=True)
                if bool(each.mask.any())
            ]
        )
        for name, pictures in found.items()
    }
    return {**whole, **inside}


def row(*pictures: Tensor) -> Pixels:
    """Pictures (1, C, H, W) side by side, uint8 (H, W, 3)."""
    full = torch.cat([each.expand(1, 3, -1, -1) for each in pictures], 3)[0].clamp(0, 1)
    return np.ascontiguousarray((full * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).cpu().numpy())


def _psnr(a: Tensor, b: Tensor, mask: Tensor | None = None) -> float:
    error = (a.clamp(0, 1) - b).square().mean(1, keepdim=True)
    mean = error.mean() if mask is None else (error * mask).sum() / mask.sum()
    return float(-10 * torch.log10(mean + 1e-10))


def _unit(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels.astype(np.float32)) / 255


def _mistaken(mask: Tensor, rng: np.random.Generator) -> Tensor:
    """The mask of a batch with mistakes: a part missing, or another's laid over."""
    count = len(mask)
    missed = torch.from_numpy((rng.random(count) < _MISSED).astype(np.float32))
    alarmed = torch.from_numpy((rng.random(count) < _ALARMED).astype(np.float32))
    coarse = torch.from_numpy((rng.random((count, 1, 4, 4)) < 0.5).astype(np.float32))
    kept = nn.functional.interpolate(coarse, size=mask.shape[2:], mode="nearest")
    missed, alarmed = (each[:, None, None, None] for each in (missed, alarmed))
    left = mask * (1 - missed * (1 - kept))
    return torch.maximum(left, alarmed * mask.roll(1, 0))
