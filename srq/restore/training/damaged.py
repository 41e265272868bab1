"""Batches for what translates: damaged pictures without fading, filled where they are marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from srq.image.metrics import mean_psnr
from srq.restore.training.config import StageConfig
from srq.restore.training.photographs import Pixels
from srq.restore.training.sheets import Crops, Sheet, Sheets
from srq.restore.training.stage import Place

THUMBNAIL = 2
"""How much smaller the thumbnail of a sheet is, which stands for the whole picture."""

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
            filling=True,
            mistakes=True,
            rank=processes.rank,
            world=processes.world,
        )
        self.held = Sheets(place.photographs.held, data, _HELD_SEED, faded=False, filling=True)

    def batch(self, step: int, *, thumbnails: bool = True) -> tuple[Damaged, Damaged | None]:
        """The crops of ``step``, and the thumbnails of their sheets."""
        config = self._config
        crops = self._sheets.crops(step, config.batch, config.crop, config.whole)
        made = self._damaged(crops.spoiled, crops.filled, crops.marked, crops.clean)
        return made, self.thumbnails(crops.sheets) if thumbnails else None

    def thumbnails(self, sheets: Sequence[Sheet]) -> Damaged:
        """Whole sheets, THUMBNAIL times smaller."""
        whole = self._of_sheets(sheets)
        picture, filled, clean = (
            nn.functional.avg_pool2d(part, THUMBNAIL)
            for part in (whole.picture, whole.filled, whole.clean)
        )
        return Damaged(picture, filled, nn.functional.max_pool2d(whole.mask, THUMBNAIL), clean)

    def sheet(self, sheet: Sheet) -> Damaged:
        """A whole sheet."""
        return self._of_sheets([sheet])

    def held_sheets(self) -> list[Sheet]:
        """Those to measure by, each with damage."""
        numbers = [number for number in range(2 * _HELD) if number % 4]
        return [self.held.sheet(number) for number in numbers[:_HELD]]

    def _of_sheets(self, sheets: Sequence[Sheet]) -> Damaged:
        planes = np.stack([sheet.planes.transpose(2, 0, 1) for sheet in sheets])
        all_of = Crops(planes)
        return self._damaged(all_of.spoiled, all_of.filled, all_of.marked, all_of.clean)

    def _damaged(self, *parts: Pixels) -> Damaged:
        return Damaged(*(_unit(part).to(self._device) for part in parts))


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
