"""What HR is cut to a multiple of."""

import numpy as np
import pytest

from srq.degrade import Recipe
from srq.errors import ConfigError


def resizes(*factors):
    steps = "".join(
        f'[[step]]\nkind = "resize"\nfilter = "box"\nfactor = {factor}\n' for factor in factors
    )
    return Recipe.parse(steps, "resizes")


@pytest.mark.parametrize(
    ("factors", "scale", "multiple"),
    [
        ((0.5,), 2, 2),
        ((0.5, 0.5), 4, 4),
        ((0.25, 2), 2, 4),
        ((0.125, 2), 4, 8),
        ((0.75, 0), 2, 2),  # 0 is the size of LR, which ends at whole sizes from any
        ((0,), 3, 3),
        ((1,), 1, 1),
    ],
)
def test_hr_is_cut_so_that_each_size_on_the_way_is_whole(factors, scale, multiple):
    recipe = resizes(*factors)
    source = np.zeros((43, 61, 3), np.uint8)
    ((_, hr),) = recipe.highs(source, scale)
    assert hr.shape[:2] == (43 // multiple * multiple, 61 // multiple * multiple)
    (made,) = recipe.lows(hr, "", scale=scale, seed=0)
    assert made.pixels.shape[:2] == (hr.shape[0] // scale, hr.shape[1] // scale)


def test_every_branch_counts():
    recipe = Recipe.parse(
        """
[[step]]
[step.fork]
once = [{ kind = "resize", filter = "box", factor = 0.5 }]
eighth = [
  { kind = "resize", filter = "box", factor = 0.125 },
  { kind = "resize", filter = "linear", factor = 4 },
]
""",
        "branches",
    )
    ((_, hr),) = recipe.highs(np.zeros((30, 41), np.uint8), 2)
    assert hr.shape == (24, 40)
    sizes = [made.pixels.shape for made in recipe.lows(hr, "", scale=2, seed=0)]
    assert sizes == [(12, 20), (12, 20)]


def test_factors_that_do_not_make_the_scale_are_refused():
    recipe = resizes(0.5)
    ((_, hr),) = recipe.highs(np.zeros((8, 8), np.uint8), 4)
    with pytest.raises(ConfigError, match="ends its LR at 4x4; scale 4 asks for 2x2"):
        list(recipe.lows(hr, "", scale=4, seed=0))
