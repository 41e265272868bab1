"""Dust: specks and fibres on a scan."""

import numpy as np

from srq.degrade.degradation import Degradation, Setting
from srq.degrade.kinds.damage.layer import (
    GATHERED,
    TONE,
    Layer,
    Places,
    applier,
    blob,
    stroke,
    tone_of,
    wandering,
)
from srq.degrade.parameters import Number

_AREA = 10_000


def draw(shape: tuple[int, int], setting: Setting) -> Layer:
    """Specks and fibres; a picture too small for one still gets one."""
    values, rng = setting.values, setting.rng
    layer, places = Layer.empty(shape), Places.drawn(shape, values["gathered"], rng)
    number = int(rng.poisson(values["density"] * shape[0] * shape[1] / _AREA))
    for _ in range(max(1, number) if values["density"] else 0):
        centre = places.one(rng)
        tone = tone_of(values["tone"], rng)
        size = values["size"] * float(np.exp(rng.normal(0, 0.5)))
        strength = float(rng.uniform(0.6, 1))
        if rng.random() < values["fibres"]:
            points = wandering(
                centre, rng.uniform(0, 2 * np.pi), size * rng.uniform(8, 24), 2.0, rng
            )
            ends = np.full(len(points), 0.4 * size + 0.4)
            stroke(layer, points, ends, np.full(len(points), strength), tone)
        else:
            blob(layer, (centre[0], centre[1]), size, tone, rng, rough=0.8, strength=strength)
    return layer


DUST = Degradation(
    "dust",
    (
        Number("density", 0, 100),
        Number("size", 0.2, 16),
        Number("fibres", 0, 1, default=0.2),
        TONE,
        GATHERED,
    ),
    applier(draw),
    stochastic=True,
    family="damage",
    about="Specks and fibres, as a scanner shows them.",
)
