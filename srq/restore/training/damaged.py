"""Batches for what translates: damaged pictures without fading, filled where damage may be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srq.restore.networks import shipped
from srq.restore.training.config import StageConfig
from srq.restore.training.filled import Find, found_by
from srq.restore.training.photographs import Pixels
from srq.restore.training.sheets import LUMA, Crops, Sheet, Sheets
from srq.restore.training.stage import Place

THUMBNAIL = 2
"""How much smaller the thumbnail of a sheet is, which stands for the whole picture."""

_TINTED = 0.5
"""The share of crops whose colours are those of other prints and papers."""

_GRAY = 0.25
"""How often another print has no colour; half of those are not even brown."""

_HARSH, _CONTRAST = 0.15, 3.0
"""How often a print is harsh, and its contrast, at most."""

_HELD_SEED = 8
_HELD = 24


@dataclass(frozen=True)
class Damaged:
    """Pictures (N, 3, H, W) as they came, the same filled where they may be damaged, how surely
    they are (N, 1, H, W), and clean; 0 to 1."""

    picture: Tensor
    filled: Tensor
    mask: Tensor
    clean: Tensor


class DamagedCrops:
    """The batches of a stage: crops, and the thumbnails of the sheets they are cut from.

    held, told: sheets to measure by, marked by the detector, and by a user.
    """

    def __init__(self, place: Place, config: StageConfig) -> None:
        self._config = config
        self._seed = place.config.seed
        self._device = place.device
        data, processes = place.config.data.of(config), place.processes
        find = _finder(place)
        self._rank, self._world = processes.rank, processes.world
        self._sheets, self._whole_sheets = (
            Sheets(
                place.photographs.train,
                data,
                self._seed,
                damaged=damaged,
                faded=False,
                filling=True,
                find=find,
                told=data.told if damaged else 0.0,
                rank=processes.rank,
                world=processes.world,
            )
            for damaged in (True, False)
        )
        self.held, self.told = (
            Sheets(place.photographs.held, data, _HELD_SEED, faded=False, filling=True, find=each)
            for each in (find, None)
        )

    def batch(
        self, step: int, *, thumbnails: bool = True, damaged: bool = True
    ) -> tuple[Damaged, Damaged | None]:
        """The crops of ``step``, and the thumbnails of their sheets; of sheets that are
        ``damaged``, or were merely scanned."""
        config = self._config
        sheets = self._sheets if damaged else self._whole_sheets
        crops = sheets.crops(step, config.batch, config.crop, config.whole)
        made = self._damaged(crops.spoiled, crops.filled, crops.marked, crops.clean)
        return made, self.thumbnails(crops.sheets) if thumbnails else None

    def tinted(self, crops: Damaged, step: int) -> Damaged:
        """The crops of ``step``, a share of them with the tones of another print: faded, stained,
        brown or harsh alike before and after, since the tone is not what is to be mended."""
        slots = range(self._rank, self._config.batch, self._world)
        curves = [_tint(np.random.default_rng([self._seed, 13, step, slot])) for slot in slots]
        matrix, low, high, gamma = (
            torch.from_numpy(np.stack(part).astype(np.float32)).to(self._device)
            for part in zip(*curves, strict=True)
        )

        def changed(pictures: Tensor) -> Tensor:
            mixed = torch.einsum("nchw,ndc->ndhw", pictures, matrix).clamp(min=0)
            bottom, top, power = (each[:, :, None, None] for each in (low, high, gamma))
            return (bottom + (top - bottom) * mixed**power).clamp(0, 1)

        picture, filled = changed(crops.picture), changed(crops.filled)
        return Damaged(picture, filled, crops.mask, changed(crops.clean))

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

    def held_sheets(self) -> list[Damaged]:
        """The sheets to measure by, marked by the detector."""
        return [self.sheet(self.held.sheet(number)) for number in self.held_numbers()]

    def held_numbers(self) -> list[int]:
        """Those of the sheets to measure by; each fourth is undamaged."""
        return list(range(_HELD))

    def _of_sheets(self, sheets: Sequence[Sheet]) -> Damaged:
        planes = np.stack([sheet.planes.transpose(2, 0, 1) for sheet in sheets])
        all_of = Crops(planes)
        return self._damaged(all_of.spoiled, all_of.filled, all_of.marked, all_of.clean)

    def _damaged(self, *parts: Pixels) -> Damaged:
        return Damaged(*(_unit(part).to(self._device) for part in parts))


def error(made: Tensor, batch: Damaged) -> Tensor:
    """The mean absolute error. All pixels weigh alike: a sound one that is filled costs what it
    costs, and damage that cannot be seen costs nothing to miss."""
    return (made - batch.clean).abs().mean()


def shortfall(made: Tensor, batch: Damaged, enough: float) -> Tensor:
    """How far the crops are from a PSNR of ``enough``, on the scale of decibels: the mean of
    log(1 + the squared error / that of ``enough``).

    So a decibel weighs alike in a crop with faint noise and in one with a torn corner, whose error
    would else outweigh that of all others; and a change to a clean crop that nobody sees costs
    next to nothing.
    """
    errors = (made - batch.clean).square().mean((1, 2, 3))
    return torch.log1p(errors * 10 ** (enough / 10)).mean()


def _finder(place: Place) -> Find:
    """How the detector of this training looks at pictures, or else the one that ships; where there
    is none, nothing is found."""
    for run in (place.runs, None):
        if "detector" in shipped.names(run):
            return found_by(shipped.load("detector", run))
    return _nothing


def _nothing(picture: Pixels) -> NDArray[np.float32]:
    return np.zeros(picture.shape[:2], np.float32)


def _tint(rng: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    """A matrix (3, 3), then, of each channel, what black and white become and a gamma."""
    matrix, low, high, gamma = _coloured(rng)
    if rng.random() < _HARSH:
        contrast, middle = np.exp(rng.uniform(0, np.log(_CONTRAST))), rng.uniform(0.3, 0.7)
        low, high = (0.5 + contrast * (end - middle) for end in (low, high))
    return matrix, low, high, gamma


def _coloured(rng: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    """The same, of a print that is not harsh."""
    if rng.random() >= _TINTED:
        return np.eye(3), np.zeros(3), np.ones(3), np.ones(3)
    kept = rng.uniform(0, 1) if rng.random() < 0.5 else 1.0
    cast = 1.0
    if rng.random() < _GRAY:
        kept, cast = 0.0, float(rng.integers(2))
    matrix = kept * np.eye(3) + (1 - kept) * np.tile(LUMA, (3, 1))
    low = np.clip(rng.uniform(-0.1, 0.2) + cast * rng.uniform(-0.06, 0.06, 3), 0, 1)
    high = np.clip(rng.uniform(0.75, 1.1) + cast * rng.uniform(-0.12, 0.06, 3), 0, 1)
    gamma = np.exp(rng.uniform(-0.3, 0.3) + cast * rng.uniform(-0.15, 0.15, 3))
    return matrix, low, high, gamma


def row(*pictures: Tensor) -> Pixels:
    """Pictures (1, C, H, W) side by side, uint8 (H, W, 3)."""
    full = torch.cat([each.expand(1, 3, -1, -1) for each in pictures], 3)[0].clamp(0, 1)
    return np.ascontiguousarray((full * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).cpu().numpy())


def psnr(a: Tensor, b: Tensor) -> float:
    """Of pictures of 0 to 1, the first of which may go beyond."""
    return float(-10 * torch.log10((a.clamp(0, 1) - b).square().mean() + 1e-10))


def _unit(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels.astype(np.float32)) / 255
