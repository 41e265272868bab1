"""How well a detector finds damage, counted on whole pictures as ``srq restore`` marks them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from srq.degrade import Recipe
from srq.degrade.masked import degraded_with_mask
from srq.restore.defects import Mask, Probabilities, grown, marks
from srq.restore.training.filled import SHOWN
from srq.restore.training.photographs import Pixels, in_three


@dataclass(frozen=True)
class Example:
    """A clean picture (H, W, 3), what became of it, and which pixels are to be found: all that
    damage hides, whether it can be seen or not."""

    clean: Pixels
    spoiled: Pixels
    damaged: Mask


def examples(pictures: Sequence[Pixels], recipe: Recipe, seed: int) -> list[Example]:
    """Every picture spoiled whole; the colours of every other one stay as they are."""
    unfading = recipe.without(("colour",))
    made: list[Example] = []
    for number, picture in enumerate(pictures):
        clean = in_three(picture)
        chosen = unfading if number % 2 else recipe
        spoiled, cover = degraded_with_mask(chosen, clean, [seed, number])
        made.append(Example(clean, spoiled, grown(cover >= SHOWN)))
    return made


class Counts:
    """How many pixels are marked at each threshold, rightly and wrongly.

    A mark within a pixel of true damage is right, and damage within a pixel of a mark is found.
    """

    THRESHOLDS = 1 / (1 + np.exp(-np.linspace(-2, 9, 45)))
    ALLOWED = 0.003
    """The share of clean pictures' pixels that may be marked."""

    def __init__(self) -> None:
        count = len(self.THRESHOLDS)
        self._marked, self._right, self._found, self._alarms = (np.zeros(count) for _ in range(4))
        self._damaged = 0
        self._clean = 0

    def add(self, damaged: Mask, spoiled: Probabilities, clean: Probabilities) -> None:
        """Count an example: where it is damaged, and what was seen in it spoiled and clean."""
        near = grown(damaged)
        self._damaged += int(damaged.sum())
        self._clean += 1
        for number, threshold in enumerate(self.THRESHOLDS):
            marked = marks(spoiled, float(threshold))
            self._marked[number] += marked.sum()
            self._right[number] += (marked & near).sum()
            self._found[number] += (damaged & grown(marked)).sum()
            self._alarms[number] += marks(clean, float(threshold)).mean()

    def best(self) -> tuple[float, dict[str, float]]:
        """The threshold and its scores: the highest F1 among those with few enough false alarms,
        or else that with the fewest."""
        precision = self._right / np.maximum(self._marked, 1)
        recall = self._found / max(self._damaged, 1)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
        alarms = self._alarms / max(self._clean, 1)
        number = int(np.argmax(np.where(alarms <= self.ALLOWED, f1, -1.0 - alarms)))
        scores = {"f1": f1, "precision": precision, "recall": recall, "alarms": alarms}
        chosen = {name: float(values[number]) for name, values in scores.items()}
        return float(self.THRESHOLDS[number]), chosen
