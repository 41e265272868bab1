"""Scratches: long thin lines, whole or broken."""

import numpy as np

from srq.degrade.degradation import Degradation, Setting
from srq.degrade.kinds.damage.layer import (
    GATHERED,
    TONE,
    Layer,
    Places,
    applier,
    stroke,
    tone_of,
    wandering,
)
from srq.degrade.parameters import Number

_PIECES = 24


def draw(shape: tuple[int, int], setting: Setting) -> Layer:
    """Lines, thinner towards their ends."""
    values, rng = setting.values, setting.rng
    layer, places = Layer.empty(shape), Places.drawn(shape, values["gathered"], rng)
    for _ in range(values["count"]):
        length = values["length"] * max(shape) * float(rng.uniform(0.4, 1))
        turned = values["angle"] + rng.uniform(-1, 1) * values["spread"]
        direction = np.pi / 2 + np.deg2rad(turned)
        middle = places.one(rng)
        begin = middle - np.array([np.sin(direction), np.cos(direction)]) * length / 2
        points = wandering(begin, direction, length, rng.uniform(0, 0.25), rng, _PIECES)
        width = values["width"] * float(np.exp(rng.normal(0, 0.3)))
        taper = np.sin(np.linspace(0.15, np.pi - 0.15, _PIECES + 1)) ** 0.5
        breaks = np.clip(rng.normal(0.9 - 0.8 * values["broken"], 0.35, _PIECES + 1), 0, 1)
        stroke(layer, points, width * taper, breaks, tone_of(values["tone"], rng))
    return layer


SCRATCHES = Degradation(
    "scratches",
    (
        Number("count", 0, 200, integer=True),
        Number("width", 0.2, 32),
        Number("length", 0.01, 2, default=0.6),
        Number("angle", -90, 90, default=0),
        Number("spread", 0, 90, default=90),
        TONE,
        Number("broken", 0, 1, default=0, added=True),
        GATHERED,
    ),
    applier(draw),
    stochastic=True,
    family="damage",
    about="Long thin lines, whole or broken, along film or in any direction.",
)
