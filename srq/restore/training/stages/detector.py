"""The stage detector: where damage is.

Damage is rare, and how rare differs from batch to batch; counted pixel by pixel, that alone is what
a network learns for long. So all damaged pixels of a batch weigh the same together, however few
they are, and so do all others. A false alarm costs more than a scratch that is missed: what is
marked is painted over. So undamaged pictures are in every batch, some of them clean ones to which
nothing was done, and those of their pixels that are most taken for damage count again; and the
threshold is chosen by what it leaves alone. Prints and film are damaged in other ways; the detector
learns both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srq.degrade import Recipe
from srq.image.io import Picture, write
from srq.restore.defects import Probabilities, believed, damage_of
from srq.restore.holes import wide
from srq.restore.networks.detector import RARE, Detector, mean_around
from srq.restore.tone import LUMA
from srq.restore.training.filled import found_by
from srq.restore.training.found import Counts, Example, examples
from srq.restore.training.photographs import Pixels, in_three, unit
from srq.restore.training.sheets import SEEN, Sheets, with_room
from srq.restore.training.sound import SoundCrops
from srq.restore.training.stage import Batch, Place, Stage
from srq.runs.measured import SHARE

HIDDEN = 0.15
"""The cover from which on a pixel counts as damaged,"""

FAINT = 0.08
"""and that up to which it counts as whole. In between nothing is learned; nor is of damage that
cannot be seen, as a light scratch over snow."""

_WIDE_COUNTS = 0.5
"""How much a pixel of wide damage counts: a hole has many of them, and they are alike."""

_LOOKS = 3
"""Of how many crops a damaged one is that with the most damage to be seen."""

_HARD_SHARE = 64
"""One undamaged pixel in so many counts as hard."""

_FEW = 100.0
"""So many damaged pixels at least weigh as much as any number."""

_GRAIN, _CONTRAST, _SHARPENED = 0.06, 4.0, 2.0
"""Of hard prints: the deviation of the grain, the contrast and the sharpening, at most."""

_HARDENED = 0.3
"""The share of crops that become hard prints: grainy, harsh and sharpened, as many old ones are. A
hat on snow, or a drain-pipe on a wall, is as stark there as a scratch."""

_DOUBTFUL = 0.03
"""The share of clean held pictures that may look so damaged that what is seen is believed."""

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
        self.network = Detector(self._config.widths, self._config.scales)
        data, processes = place.config.data.of(self._config), place.processes
        rank, world = processes.rank, processes.world
        recipes = data.recipe, self._config.film_recipe
        train = with_room(place.photographs.train, data.sheet)
        self._sheets, self._film = (
            Sheets(
                train,
                replace(data, recipe=recipe),
                self._seed + number,
                faded=number > 0,
                drawn=_LOOKS,
                rank=rank,
                world=world,
            )
            for number, recipe in enumerate(recipes)
        )
        self._sound = SoundCrops(train, self._seed, gray=data.gray, rank=rank, world=world)
        self._held = place.photographs.held
        self._recipe = Recipe.load(data.recipe)

    def batch(self, step: int) -> Batch:
        """Pictures (N, 3, C, C), the target of each pixel (N, 1, C, C) and its weight. Sound
        pictures come last."""
        config = self._config
        film, sound = (round(share * config.batch) for share in (config.film, config.sound))
        parts = [
            sheets.crops(step, count, config.crop, whole)
            for sheets, count, whole in (
                (self._sheets, config.batch - film - sound, config.whole),
                (self._film, film, 0.0),
            )
        ]
        clean = self._sound.crops(step, sound, config.crop)
        nothing = np.zeros_like(clean[:, :1])
        pictures = np.concatenate([*(part.spoiled for part in parts), clean])
        before = np.concatenate([*(part.clean for part in parts), clean])
        mask = np.concatenate([*(part.mask for part in parts), nothing])
        change = np.concatenate([*(part.change for part in parts), nothing])
        target, weight = targets(mask, change)
        seen, hidden = self._seen(pictures, before, step)
        weight[(target > 0) & hidden] = 0
        return tuple(torch.from_numpy(array).to(self._device) for array in (seen, target, weight))

    def loss(self, batch: Batch) -> Tensor:
        """The mean cross-entropy of the damaged pixels and that of the others, and again that of
        the hardest undamaged ones."""
        pictures, target, weight = batch
        # Both weigh about the same here, as if damage were not rare; the network's logits know.
        logits = self.network(pictures) - RARE
        each = weight * nn.functional.binary_cross_entropy_with_logits(
            logits, target, reduction="none"
        )
        undamaged = each * (1 - target)
        hardest = undamaged.flatten().topk(max(1, undamaged.numel() // _HARD_SHARE)).values
        damaged = (each * target).sum() / (weight * target).sum().clamp(min=_FEW)
        others = undamaged.sum() / (weight * (1 - target)).sum().clamp(min=_FEW)
        config = self._config
        hard = config.hard * hardest.mean() / _HARD_SHARE**0.5
        return config.rare * damaged + (1 - config.rare) * others + hard

    def _seen(
        self, pixels: Pixels, before: Pixels, step: int
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Crops of ``step`` with other tones, the same for the same step; and where nothing can be
        seen any more of what they were ``before``."""
        rng = np.random.default_rng([self._seed, 11, step])
        hard, hidden = hardened(unit(pixels), unit(before), rng)
        return _grayed(_stretched(hard, rng), self._config.gray, rng), hidden

    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """Scores on whole held pictures at the threshold that is best there."""
        find = found_by(network)
        for number, example in enumerate(self._examples[: self._shown]):
            found = (255 * find(example.spoiled)).astype(np.uint8)
            damaged = np.where(example.damaged, np.uint8(255), np.uint8(0))
            row = [example.spoiled, in_three(damaged), in_three(found)]
            write(pictures / f"{number}.png", Picture(np.concatenate(row, 1)))
        return self._chosen(network)[1]

    def finish(self, network: nn.Module) -> dict[str, Any]:
        """Set how damaged a picture must look to be believed, more than nearly all clean held ones
        do, and the threshold that is best then."""
        network.get_buffer("enough").fill_(0)
        find = found_by(network)
        clean = [find(in_three(picture)) for picture in self._held]
        seen = [damage_of(found) for found in clean]
        most = np.float32(np.quantile(seen, 1 - _DOUBTFUL, method="higher"))
        enough = float(np.nextafter(most, np.float32(1)))
        network.get_buffer("enough").fill_(enough)
        again = [believed(found, enough) for found in clean[:: self._apart][:_HELD]]
        threshold, scores = self._chosen(network, again)
        network.get_buffer("threshold").fill_(threshold)
        return {"threshold": threshold, "enough": enough, "held": scores}

    @property
    def _apart(self) -> int:
        """How far apart the held pictures are that scores come from."""
        return max(1, len(self._held) // _HELD)

    @cached_property
    def _examples(self) -> list[Example]:
        """Held pictures, evenly chosen; only the process that measures needs them."""
        return examples(self._held[:: self._apart][:_HELD], self._recipe, _HELD_SEED)

    def _chosen(
        self, network: nn.Module, clean: Sequence[Probabilities] | None = None
    ) -> tuple[float, dict[str, float]]:
        """The best threshold and its scores; ``clean`` is what is seen in the clean examples,
        where that is known."""
        find, counts = found_by(network), Counts()
        for number, example in enumerate(self._examples):
            alarms = find(example.clean) if clean is None else clean[number]
            counts.add(example.damaged, find(example.spoiled), alarms)
        return counts.best()


def targets(
    mask: NDArray[np.uint8], change: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of masks and changes (N, 1, C, C), what each pixel is (1 damaged, 0 whole) and how much it
    counts, 0 to 1."""
    cover = mask.astype(np.float32) / 255
    hidden = cover >= HIDDEN
    target = hidden.astype(np.float32)
    counts = (hidden & (change >= SEEN)) | (cover <= FAINT)
    weight = counts.astype(np.float32)
    weight[hidden & (wide(torch.from_numpy(target)).numpy() > 0)] *= _WIDE_COUNTS
    return target, weight


@dataclass(frozen=True)
class _HardPrint:
    """How hard a picture is printed: its ``grain`` (C, C), its contrast around ``middle``, and by
    how much it is ``sharpened``."""

    grain: NDArray[np.float32]
    contrast: float
    middle: float
    sharpened: float

    @classmethod
    def drawn(cls, picture: NDArray[np.float32], rng: np.random.Generator) -> "_HardPrint":
        """A print for a picture (3, C, C)."""
        grain = rng.normal(0, rng.uniform(0, _GRAIN), picture.shape[1:]).astype(np.float32)
        contrast = float(np.exp(rng.uniform(0, np.log(_CONTRAST))))
        return cls(grain, contrast, float(picture.mean()), float(rng.uniform(0, _SHARPENED)))

    def of(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """The picture (3, C, C), 0 to 1, so printed."""
        grainy = torch.from_numpy(picture + self.grain)
        harsh = (0.5 + self.contrast * (grainy - self.middle)).clamp(0, 1)
        around = mean_around(harsh, 3)
        return (harsh + self.sharpened * (harsh - around)).clamp(0, 1).numpy()


def hardened(
    pictures: NDArray[np.float32], before: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """A share of the pictures (N, 3, C, C), 0 to 1, as hard prints; and where (N, 1, C, C) these
    do not differ any more from what they were ``before``, printed alike."""
    made = pictures.copy()
    hidden = np.zeros_like(pictures[:, :1], np.bool_)
    for number in np.flatnonzero(rng.random(len(pictures)) < _HARDENED):
        hard = _HardPrint.drawn(pictures[number], rng)
        made[number] = hard.of(pictures[number])
        change = np.abs(made[number] - hard.of(before[number])).max(0)
        hidden[number, 0] = change < SEEN / 255
    return made, hidden


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
