"""A recipe with the mask of its damage, and recipes less some families."""

import numpy as np
import pytest

from srq.degrade import Recipe
from srq.degrade.masked import degraded_with_mask, spoiled
from srq.errors import ConfigError


@pytest.fixture
def picture():
    return np.random.default_rng(3).integers(60, 200, (48, 40, 3), dtype=np.uint8)


OLD = Recipe.load("old-photo")


@pytest.mark.parametrize("seed", range(6))
def test_the_pixels_are_those_of_the_recipe(picture, seed):
    made, mask = degraded_with_mask(OLD, picture, seed)
    assert made.tobytes() == OLD.apply(picture, scale=1, seed=seed).tobytes()
    assert mask.shape == picture.shape[:2]
    assert mask.min() >= 0
    assert mask.max() <= 1


def test_what_the_mask_leaves_out_is_as_without_damage(picture):
    life = OLD.without(("blur", "noise", "compression"))
    hidden = 0
    for seed in range(12):
        made, mask = degraded_with_mask(life, picture, seed)
        undamaged, none = degraded_with_mask(life.without(("damage",)), picture, seed)
        assert not none.any()
        assert (made[mask == 0] == undamaged[mask == 0]).all()
        hidden += int((mask > 0.5).sum())
    assert hidden > 100


def test_the_change_is_what_damage_did_to_the_pixels(picture):
    life = OLD.without(("blur", "noise", "compression"))
    largest = 0.0
    for seed in range(12):
        made = spoiled(life, picture, seed)
        undamaged = spoiled(life.without(("damage",)), picture, seed)
        assert not undamaged.change.any()
        assert not made.change[made.mask == 0].any()
        change = np.abs(made.pixels.astype(float) - undamaged.pixels).max(2)
        assert (change <= made.change * len(life.steps) + 1).all()
        largest = max(largest, made.change.max())
    assert largest > 40


def test_life_comes_in_order(picture):
    order = ["colour", "noise", "damage", "blur", "noise", "compression"]
    families = [step.degradation.family for step in OLD.steps]
    assert list(dict.fromkeys(families)) == list(dict.fromkeys(order))
    assert families.index("damage") > families.index("colour")
    assert families.index("compression") == len(families) - 1


def test_without_reaches_into_groups_and_shifts_no_other_draw(picture):
    recipe = Recipe.parse(
        """
[[step]]
[[step.one_of.a]]
kind = "sepia"
strength = [0, 1]
[[step.one_of.a]]
kind = "dust"
density = 50
size = 2
[[step]]
kind = "jpeg"
quality = [10, 90]
""",
        "grouped",
    )
    drawn = recipe.draw(5)
    left = recipe.without(("damage",)).draw(5)
    assert [step.degradation.kind for step in left] == ["sepia", "jpeg"]
    assert [step.values for step in left] == [drawn[0].values, drawn[2].values]


def test_a_recipe_that_changes_the_size_is_refused(picture):
    smaller = Recipe.parse('[[step]]\nkind = "resize"\nfactor = 0.5\nfilter = "box"\n', "smaller")
    with pytest.raises(ConfigError, match="changes the size"):
        degraded_with_mask(smaller, picture, 0)
