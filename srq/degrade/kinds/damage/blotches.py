"""Blotches: patches of uneven outline, clear or cloudy, that chemicals, mould or heat leave."""

import numpy as np

from srq.degrade.degradation import Degradation, Setting
from srq.degrade.kinds.damage.layer import TONE, Layer, Mask, applier, tone_of
from srq.degrade.parameters import Number

_ROUGH = 1.2
"""By how much of the radius an outline moves in and out."""


def draw(shape: tuple[int, int], setting: Setting) -> Layer:
    """Patches anywhere, of different sizes."""
    values, rng = setting.values, setting.rng
    layer = Layer.empty(shape)
    for _ in range(values["count"]):
        centre = rng.uniform(0, shape)
        radius = values["radius"] * float(np.exp(rng.normal(0, 0.4)))
        soft = max(1.0, values["soft"] * radius)
        reach = int(np.ceil(radius * (1 + _ROUGH) + soft))
        y, x = np.ogrid[-reach : reach + 1, -reach : reach + 1]
        away = radius * (1 + _ROUGH * clouds(2 * reach + 1, 3, rng)) - np.hypot(y, x)
        thick = 1 - values["uneven"] * (0.5 + 0.5 * clouds(2 * reach + 1, 5, rng))
        cover = values["strength"] * thick * np.clip(0.5 + away / soft, 0, 1)
        top, left = (int(place) - reach for place in centre)
        layer.add(top, left, cover, tone_of(values["tone"], rng))
    return layer


def clouds(side: int, cells: int, rng: np.random.Generator) -> Mask:
    """Smooth noise (side, side) of -1 to 1: ``cells`` across, and ever finer ones, fainter."""
    made = np.zeros((side, side))
    strength = 0.5
    while cells < side and strength > 0.03:
        grid = rng.uniform(-1, 1, (cells + 1, cells + 1))
        weights = _between(side, cells + 1)
        made += strength * (weights @ grid @ weights.T)
        cells, strength = 2 * cells, strength / 2
    return made


def _between(side: int, points: int) -> Mask:
    """The weights (side, points) of points evenly apart, at each of ``side`` places."""
    places = np.linspace(0, points - 1, side)
    away = np.clip(1 - np.abs(places[:, None] - np.arange(points)), 0, 1)
    return away * away * (3 - 2 * away)


BLOTCHES = Degradation(
    "blotches",
    (
        Number("count", 0, 100, integer=True),
        Number("radius", 0.5, 300),
        Number("strength", 0, 1, default=0.8),
        Number("soft", 0, 2, default=0.2),
        Number("uneven", 0, 1, default=0.5),
        TONE,
    ),
    applier(draw),
    stochastic=True,
    family="damage",
    about="Patches of uneven outline, clear or cloudy, as chemicals, mould and heat leave them.",
)
