"""The gate: how likely a picture is spoilt by blur, noise or compression, of any of these.

Each defect alone has a scorer, which prefers pictures with the others. Here a logistic function of
nine such measures, and of their squares, tells clean pictures from spoilt ones. It was fitted to
pictures of other sets than those on which docs/results/curation.md tests it, by
``benchmarks/studies/curation.py``; the numbers stand in ``defects.json``.
"""

import json
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.dead_blocks import dead_eights, dead_fours
from srq.datasets.curate.scorers.flat_noise import flat_noise
from srq.datasets.curate.scorers.grid import blockiness
from srq.datasets.curate.scorers.planes import blocks, diagonal, luma_plane
from srq.datasets.curate.scorers.reblur import reblur
from srq.datasets.curate.scorers.scorer import Scorer

FEATURES = (
    "reblur",
    "grid",
    "flat_noise",
    "dead_eights",
    "dead_fours",
    "dead_everywhere",
    "detail_flat",
    "detail_middle",
    "detail_busy",
)
"""What the gate looks at; the last three are how much diagonal detail blocks have."""

_FURTHEST = 4.0
"""A measure further than this many deviations from the mean counts as this far."""


def features(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The measures of FEATURES; NaN for a picture that is too small for one of them."""
    y = luma_plane(pixels)
    if min(y.shape) < 33:
        return np.full(len(FEATURES), np.nan)
    detail = np.abs(blocks(diagonal(y), 8)).mean(axis=1)
    fours, everywhere = dead_fours(y)
    return np.array(
        [
            reblur(y),
            blockiness(y),
            np.log(flat_noise(y) + 0.1),
            dead_eights(y),
            fours,
            everywhere,
            *np.log(np.quantile(detail, (0.1, 0.5, 0.95)) + 0.05),
        ]
    )


def basis(
    values: NDArray[np.float64], mean: NDArray[np.float64], deviation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What is weighed: measures (..., n), standardized and limited, and their squares."""
    z = np.clip((values - mean) / deviation, -_FURTHEST, _FURTHEST)
    return np.concatenate([z, z * z], axis=-1)


@cache
def _fitted() -> tuple[NDArray[np.float64], ...]:
    text = (resources.files("srq.datasets.curate.scorers") / "defects.json").read_text(
        encoding="utf-8"
    )
    table = json.loads(text)
    return tuple(np.array(table[key]) for key in ("mean", "deviation", "weights", "offset"))


def _measure(pixels: NDArray[np.uint8]) -> float:
    mean, deviation, weights, offset = _fitted()
    return float(basis(features(pixels), mean, deviation) @ weights + offset)


# 0: as likely spoilt as clean; above, spoilt.
DEFECTS = Scorer("defects", "1", "lower", _measure)
