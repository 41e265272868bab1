"""A recipe and the place of its damage: the degraded picture with the mask that belongs to it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Pixels, Setting, pixels_of, to_uint8
from srq.degrade.graph import Drawn
from srq.degrade.kinds.damage.layer import Mask
from srq.degrade.kinds.damage.masks import DRAWS, damaged
from srq.degrade.recipe import Recipe
from srq.errors import ConfigError


def degraded_with_mask(
    recipe: Recipe, picture: Pixels, seed: int | Sequence[int]
) -> tuple[NDArray[np.uint8], Mask]:
    """What ``recipe`` makes of ``picture``, uint8, at scale 1, and the mask (H, W): how much of
    each pixel damage hides, 0..1.

    The pixels are those that ``recipe.apply`` gives. Raises ConfigError for a recipe that changes
    the size.
    """
    values: Pixels = picture
    mask = np.zeros(picture.shape[:2])
    for step in recipe.draw(seed):
        values, cover = _done(step, values, recipe)
        if cover is not None:
            if cover.shape != mask.shape:
                raise ConfigError(f"Recipe '{recipe.name}' changes the size before its damage.")
            mask = mask + cover * (1 - mask)
    if values.shape[:2] != mask.shape:
        raise ConfigError(f"Recipe '{recipe.name}' changes the size, so its damage has no mask.")
    return to_uint8(values), mask


def _done(step: Drawn, picture: Pixels, recipe: Recipe) -> tuple[Pixels, Mask | None]:
    size: Any = picture.shape[:2]
    setting = Setting(step.values, 1, step.rng, recipe.exact, size)
    if step.degradation.kind in DRAWS:
        return damaged(step.degradation.kind, picture, setting)
    return pixels_of(step.degradation.apply(picture, setting)), None
