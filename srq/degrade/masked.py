"""A recipe and the place of its damage: the degraded picture with the mask that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Pixels, Setting, pixels_of, to_uint8
from srq.degrade.graph import Drawn
from srq.degrade.kinds.damage.layer import Mask
from srq.degrade.kinds.damage.masks import DRAWS, damaged
from srq.degrade.recipe import Recipe
from srq.errors import ConfigError


@dataclass(frozen=True)
class Spoiled:
    """A degraded picture and its damage.

    pixels: uint8.
    mask:   (H, W), how much of each pixel damage hides, 0..1.
    change: (H, W), by how many code values damage changed it at most, in any channel.
    """

    pixels: NDArray[np.uint8]
    mask: Mask
    change: Mask


def degraded_with_mask(
    recipe: Recipe, picture: Pixels, seed: int | Sequence[int]
) -> tuple[NDArray[np.uint8], Mask]:
    """The pixels and the mask that ``spoiled`` gives."""
    made = spoiled(recipe, picture, seed)
    return made.pixels, made.mask


def spoiled(recipe: Recipe, picture: Pixels, seed: int | Sequence[int]) -> Spoiled:
    """What ``recipe`` makes of ``picture``, uint8, at scale 1.

    The pixels are those that ``recipe.apply`` gives. Raises ConfigError for a recipe that changes
    the size.
    """
    values: Pixels = picture
    mask = np.zeros(picture.shape[:2])
    change = np.zeros(picture.shape[:2])
    for step in recipe.draw(seed):
        before = values
        values, cover = _done(step, values, recipe)
        if cover is not None:
            if cover.shape != mask.shape:
                raise ConfigError(f"Recipe '{recipe.name}' changes the size before its damage.")
            mask = mask + cover * (1 - mask)
            change = np.maximum(change, _largest_change(before, values))
    if values.shape[:2] != mask.shape:
        raise ConfigError(f"Recipe '{recipe.name}' changes the size, so its damage has no mask.")
    return Spoiled(to_uint8(values), mask, change)


def _largest_change(before: Pixels, after: Pixels) -> Mask:
    change = np.abs(after - before.astype(np.float64))
    return change if change.ndim == 2 else change.max(2)


def _done(step: Drawn, picture: Pixels, recipe: Recipe) -> tuple[Pixels, Mask | None]:
    size: Any = picture.shape[:2]
    setting = Setting(step.values, 1, step.rng, recipe.exact, size)
    if step.degradation.kind in DRAWS:
        return damaged(step.degradation.kind, picture, setting)
    return pixels_of(step.degradation.apply(picture, setting)), None
