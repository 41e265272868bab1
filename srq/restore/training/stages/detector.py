"""The stage detector: where damage is, precision first.

A false alarm costs more than a scratch that is missed: what is marked is painted over. So damaged
pixels weigh no more than others, undamaged pictures are in every batch, some of them clean ones to
which nothing was done, and those of their pixels that are most taken for damage count again. Above
all, each picture is filled by what was found in it, and what is then wrong counts.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srq.degrade import Recipe
from srq.image.io import Picture, write
from srq.restore.fill import push_pull
from srq.restore.networks.detector import Detector
from srq.restore.tone import LUMA
from srq.restore.training.filled import found_by
from srq.restore.training.found import Counts, Example, examples
from srq.restore.training.sheets import Sheets
from srq.restore.training.sound import SoundCrops
from srq.restore.training.stage import Batch, Place, Stage
from srq.runs.measured import SHARE

HIDDEN = 0.15
"""The cover from which on a pixel counts as damaged,"""

FAINT = 0.08
"""and that up to which it counts as whole. In between nothing is learned or measured."""

SEEN = 10
"""The change, in code values, from which on damage can be seen. What lies unseen, as a light
scratch over snow, is not learned or measured either."""

NEAR = 1e-4
"""The squared error, that of 40 dB, below which a filled picture is near enough."""

_HARD_SHARE = 64
"""One undamaged pixel in so many counts as hard."""

_HELD = 24
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
        rank, world = processes.rank, processes.world
        train = place.photographs.train
        self._sheets = Sheets(train, data, self._seed, rank=rank, world=world)
        self._sound = SoundCrops(train, self._seed, gray=data.gray, rank=rank, world=world)
        self._held = place.photographs.held
        self._recipe = Recipe.load(data.recipe)

    def batch(self, step: int) -> Batch:
        """Pictures (N, 3, C, C), the target of each pixel (N, 1, C, C) and its weight; the clean
        pictures, and of which ones (N) the colours are alike in both. Sound ones come last."""
        config = self._config
        sound = int(config.sound * config.batch)
        crops = self._sheets.crops(step, config.batch - sound, config.crop, config.whole)
        clean = self._sound.crops(step, sound, config.crop)
        nothing = np.zeros_like(clean[:, :1])
        pictures, wanted = (
            self._seen(np.concatenate([part, clean]), step) for part in (crops.spoiled, crops.clean)
        )
        mask, change = (np.concatenate([part, nothing]) for part in (crops.mask, crops.change))
        alike = np.array([sheet.plain for sheet in crops.sheets] + [True] * len(clean))
        arrays = (pictures, *targets(mask, change), wanted, alike)
        return tuple(torch.from_numpy(array).to(self._device) for array in arrays)

    def loss(self, batch: Batch) -> Tensor:
        """The cross-entropy of all pixels, again that of the hardest undamaged ones, and, lest it
        wait long before it marks anything, one less the F1 of the probabilities; and what filling
        by them leaves wrong."""
        pictures, target, weight, wanted, alike = batch
        logits = self.network(pictures)
        each = weight * nn.functional.binary_cross_entropy_with_logits(
            logits, target, reduction="none"
        )
        undamaged = (each * (1 - target)).flatten()
        hardest = undamaged.topk(max(1, len(undamaged) // _HARD_SHARE)).values
        hard = hardest.mean() / _HARD_SHARE**0.5
        found = torch.sigmoid(logits)
        marked = weight * found
        overlap = (2 * (marked * target).sum() + 1) / (marked.sum() + target.sum() + 1)
        config = self._config
        loss = each.mean() + config.hard * hard + config.overlap * (1 - overlap)
        if config.filling and alike.any():
            loss = loss + config.filling * left(pictures[alike], found[alike], wanted[alike])
        return loss

    def _seen(self, pixels: NDArray[np.uint8], step: int) -> NDArray[np.float32]:
        """Crops of ``step`` with other tones, the same for the same step."""
        rng = np.random.default_rng([self._seed, 11, step])
        return _grayed(_stretched(_unit(pixels), rng), self._config.gray, rng)

    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """Scores on whole held pictures at the threshold that is best there."""
        find = found_by(network)
        for number, example in enumerate(self._examples[: self._shown]):
            found = (255 * find(example.spoiled)).astype(np.uint8)
            damaged = np.where(example.damaged, np.uint8(255), np.uint8(0))
            row = [example.spoiled, _three(damaged), _three(found)]
            write(pictures / f"{number}.png", Picture(np.concatenate(row, 1)))
        return self._chosen(network)[1]

    def finish(self, network: nn.Module) -> dict[str, Any]:
        """Set the threshold that is best on held pictures."""
        threshold, scores = self._chosen(network)
        network.get_buffer("threshold").fill_(threshold)
        return {"threshold": threshold, "held": scores}

    @cached_property
    def _examples(self) -> list[Example]:
        """Held pictures, evenly chosen; only the process that measures needs them."""
        chosen = self._held[:: max(1, len(self._held) // _HELD)][:_HELD]
        return examples(chosen, self._recipe, _HELD_SEED)

    def _chosen(self, network: nn.Module) -> tuple[float, dict[str, float]]:
        find, counts = found_by(network), Counts()
        for example in self._examples:
            counts.add(example.damaged, find(example.spoiled), find(example.clean))
        return counts.best()


def left(pictures: Tensor, found: Tensor, wanted: Tensor) -> Tensor:
    """What is wrong after ``pictures`` have been filled by how likely each pixel is damaged: the
    mean logarithm of the crops' squared errors. A decibel counts alike in all of them, be it lost
    by an alarm in a clean one or gained by a scratch that is gone; far below NEAR none counts."""
    error = (push_pull(pictures, found) - wanted).square().mean((1, 2, 3))
    return torch.log1p(error / NEAR).mean()


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


def _grayed(
    pictures: NDArray[np.float32], share: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """The pictures, the colour of a share taken away: damage differs in colour from a faded picture
    so plainly that nothing else would be learned of it."""
    gray = np.einsum("nchw,c->nhw", pictures, LUMA)[:, None]
    return np.where(rng.random((len(pictures), 1, 1, 1)) < share, gray, pictures)


def _three(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(plane[..., None], 3, 2)
