"""The stage detector: where damage is, precision first.

A false alarm costs more than a scratch that is missed: what is marked is painted over. So damaged
pixels weigh no more than others, undamaged pictures are in every batch, and those of their pixels
that are most taken for damage count again.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srq.image.io import Picture, write
from srq.restore.networks.detector import Detector
from srq.restore.training.sheets import Sheets
from srq.restore.training.stage import Batch, Place, Stage
from srq.runs.measured import SHARE

HIDDEN = 0.3
"""The cover from which on a pixel counts as damaged,"""

FAINT = 0.08
"""and that up to which it counts as whole. In between nothing is learned or measured."""

SEEN = 10
"""The change, in code values, from which on damage can be seen. What lies unseen, as a light
scratch over snow, is not learned or measured either."""

_HARD_SHARE = 64
"""One undamaged pixel in so many counts as hard."""

_GRAYED = 0.5
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_HELD = 48
_HELD_SEED = 7


class DetectorStage(Stage):
    """Learns from crops whose tones are stretched at random, as scans and prints differ."""

    quantity = SHARE

    def __init__(self, place: Place) -> None:
        self._config = place.config.detector
        self._seed = place.config.seed
        self._device = place.device
        self._shown = place.config.run.pictures
        self.network = Detector(self._config.widths)
        data, processes = place.config.data, place.processes
        self._sheets = Sheets(
            place.photographs.train, data, self._seed, rank=processes.rank, world=processes.world
        )
        self._held = Sheets(place.photographs.held, data, _HELD_SEED)

    def batch(self, step: int) -> Batch:
        """Pictures (N, 3, C, C), the target of each pixel (N, 1, C, C) and its weight."""
        config = self._config
        crops = self._sheets.crops(step, config.batch, config.crop, config.whole)
        rng = np.random.default_rng([self._seed, 11, step])
        pictures = _grayed(_stretched(_unit(crops.spoiled), rng), rng)
        target, weight = targets(crops.mask, crops.change)
        arrays = (pictures, target, weight)
        return tuple(torch.from_numpy(array).to(self._device) for array in arrays)

    def loss(self, batch: Batch) -> Tensor:
        """The cross-entropy of all pixels, again that of the hardest undamaged ones, and, lest it
        wait long before it marks anything, one less the F1 of the probabilities."""
        pictures, target, weight = batch
        logits = self.network(pictures)
        each = weight * nn.functional.binary_cross_entropy_with_logits(
            logits, target, reduction="none"
        )
        undamaged = (each * (1 - target)).flatten()
        hardest = undamaged.topk(max(1, len(undamaged) // _HARD_SHARE)).values
        hard = hardest.mean() / _HARD_SHARE**0.5
        marked = weight * torch.sigmoid(logits)
        overlap = (2 * (marked * target).sum() + 1) / (marked.sum() + target.sum() + 1)
        return each.mean() + self._config.hard * hard + self._config.overlap * (1 - overlap)

    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """F1 on held sheets at the best threshold, and the share of false alarms there."""
        _, scores = self._chosen(network)
        for number in range(self._shown):
            sheet = self._held.sheet(number)
            found = self._probabilities(network, sheet.spoiled)
            found = _gray((255 * found).astype(np.uint8)[..., None])
            row = [sheet.spoiled, _gray(sheet.mask), found]
            write(pictures / f"{number}.png", Picture(np.concatenate(row, 1)))
        return scores

    def finish(self, network: nn.Module) -> dict[str, Any]:
        """Set the threshold that is best on held sheets."""
        threshold, scores = self._chosen(network)
        network.get_buffer("threshold").fill_(threshold)
        return {"threshold": threshold, "held": scores}

    def _chosen(self, network: nn.Module) -> tuple[float, dict[str, float]]:
        """The threshold of the highest F1 among those with few false alarms, and the scores."""
        curves = Counts()
        for number in range(_HELD):
            sheet = self._held.sheet(number)
            target, weight = targets(sheet.mask, sheet.change)
            curves.add(self._probabilities(network, sheet.spoiled), target, weight)
            # A faded picture differs in colour from damage, so that few of its pixels look like it.
            none = np.zeros_like(target)
            curves.add(self._probabilities(network, sheet.clean), none, none + 1)
        return curves.best()

    @torch.no_grad()
    def _probabilities(self, network: nn.Module, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        values = torch.from_numpy(_unit(picture.transpose(2, 0, 1)[None])).to(self._device)
        return torch.sigmoid(network(values))[0, 0].cpu().numpy()


class Counts:
    """How many pixels lie above each threshold, damaged ones and whole ones."""

    THRESHOLDS = 1 / (1 + np.exp(-np.linspace(-1.5, 7, 35)))
    ALLOWED = 0.003
    """The share of undamaged pictures' pixels that may be false alarms."""

    def __init__(self) -> None:
        self._right = np.zeros(len(self.THRESHOLDS))
        self._wrong = np.zeros(len(self.THRESHOLDS))
        self._false = np.zeros(len(self.THRESHOLDS))
        self._damaged = 0.0
        self._whole = 0.0

    def add(self, found: NDArray[np.float32], target: NDArray[Any], weight: NDArray[Any]) -> None:
        """Count a picture: probabilities, and the target and weight of each pixel."""
        target, weight = target.reshape(found.shape), weight.reshape(found.shape)
        undamaged = not target.any()
        self._damaged += float((target * weight).sum())
        self._whole += float(weight.sum()) * undamaged
        for number, threshold in enumerate(self.THRESHOLDS):
            marked = weight * (found >= threshold)
            self._right[number] += float((marked * target).sum())
            self._wrong[number] += float((marked * (1 - target)).sum())
            self._false[number] += float(marked.sum()) * undamaged

    def best(self) -> tuple[float, dict[str, float]]:
        """The threshold and its scores: the highest F1 among those with few enough false alarms,
        or else that with the fewest."""
        f1 = 2 * self._right / np.maximum(self._right + self._wrong + self._damaged, 1)
        alarms = self._false / max(self._whole, 1)
        few = alarms <= self.ALLOWED
        number = int(np.argmax(np.where(few, f1, -1.0 - alarms)))
        precision = self._right[number] / max(self._right[number] + self._wrong[number], 1)
        scores = {
            "f1": float(f1[number]),
            "precision": float(precision),
            "recall": float(self._right[number] / max(self._damaged, 1)),
            "alarms": float(alarms[number]),
        }
        return float(self.THRESHOLDS[number]), scores


def targets(
    mask: NDArray[np.uint8], change: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of a sheet's mask and change, what each pixel is (1 damaged, 0 whole) and whether it
    counts."""
    cover = mask.astype(np.float32) / 255
    hidden = cover >= HIDDEN
    counts = (hidden & (change >= SEEN)) | (cover <= FAINT)
    return hidden.astype(np.float32), counts.astype(np.float32)


def _unit(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return pixels.astype(np.float32) / np.float32(255)


def _stretched(pictures: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Crops as other scanners and papers show them: other black, other white, other gamma."""
    count = len(pictures)
    changed = rng.random(count) < 0.6
    black = np.where(changed, rng.uniform(-0.1, 0.25, count), 0)
    white = np.where(changed, rng.uniform(0.7, 1.1, count), 1)
    gamma = np.where(changed, np.exp(rng.uniform(-0.4, 0.4, count)), 1)
    shaped = pictures ** gamma[:, None, None, None]
    low, high = (each[:, None, None, None] for each in (black, white))
    return np.clip(low + (high - low) * shaped, 0, 1).astype(np.float32)


def _grayed(pictures: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The pictures, the colour of some taken away: damage differs in colour from a faded picture so
    plainly that nothing else would be learned of it."""
    gray = np.einsum("nchw,c->nhw", pictures, _LUMA)[:, None]
    return np.where(rng.random((len(pictures), 1, 1, 1)) < _GRAYED, gray, pictures)


def _gray(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(plane, 3, 2)
