"""Folds: creases across the whole picture, where the surface broke."""

import numpy as np

from srq.degrade.degradation import Degradation, Setting
from srq.degrade.kinds.damage.layer import TONE, Layer, applier, stroke, tone_of
from srq.degrade.parameters import Number

_PIECES = 48
_BESIDE = 4.0
"""How much wider than the broken line the worn strip beside it is."""


def draw(shape: tuple[int, int], setting: Setting) -> Layer:
    """Lines from border to border through a point inside: a worn strip, and in it the crack."""
    values, rng = setting.values, setting.rng
    layer = Layer.empty(shape)
    far = float(np.hypot(*shape))
    for _ in range(values["count"]):
        through = rng.uniform(0.1, 0.9, 2) * shape
        # Most folds are along a side or across it.
        direction = rng.integers(0, 2) * np.pi / 2 + rng.normal(0, 0.15)
        along = np.array([np.sin(direction), np.cos(direction)])
        across = np.array([along[1], -along[0]])
        places = np.linspace(-far, far, 2 * _PIECES + 1)
        wobble = np.cumsum(rng.normal(0, 0.15 * values["width"] ** 0.5, len(places)))
        wobble -= wobble[_PIECES]
        points = through + places[:, None] * along + wobble[:, None] * across
        tone = tone_of(values["tone"], rng)
        worn = np.clip(rng.normal(0.25, 0.1, len(places)), 0.05, 0.6)
        stroke(layer, points, np.full(len(places), values["width"] * _BESIDE), worn, tone)
        widths = values["width"] * np.exp(rng.normal(0, 0.3, len(places)))
        broken = np.clip(rng.normal(0.85, 0.3, len(places)), 0, 1)
        stroke(layer, points, widths, broken, tone)
    return layer


FOLDS = Degradation(
    "folds",
    (Number("count", 0, 20, integer=True), Number("width", 0.2, 32), TONE),
    applier(draw),
    stochastic=True,
    family="damage",
    about="Creases from border to border, where the surface broke.",
)
