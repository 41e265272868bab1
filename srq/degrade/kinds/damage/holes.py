"""Holes: parts that are missing, with a torn rim."""

import numpy as np

from srq.degrade.degradation import Degradation, Setting
from srq.degrade.kinds.damage.layer import TONE, Layer, applier, blob, tone_of
from srq.degrade.parameters import Number

_RIM = (226.0, 220.0, 208.0)
"""The paper that shows where a surface tore."""


def draw(shape: tuple[int, int], setting: Setting) -> Layer:
    """Holes with sharp uneven edges; a share ``edge`` of them reaches in from the sides."""
    values, rng = setting.values, setting.rng
    layer = Layer.empty(shape)
    for _ in range(values["count"]):
        centre = rng.uniform(0, shape)
        if rng.random() < values["edge"]:
            side = int(rng.integers(0, 2))
            centre[side] = rng.integers(0, 2) * shape[side]
        radius = values["radius"] * float(np.exp(rng.normal(0, 0.4)))
        place = (float(centre[0]), float(centre[1]))
        shapes = rng.integers(2**63)
        # Twice the same outline: the rim, and the hole within it.
        for size, tone in ((radius * 1.12, _RIM), (radius, tone_of(values["tone"], rng))):
            blob(layer, place, size, tone, np.random.default_rng(shapes), rough=1.0)
    return layer


HOLES = Degradation(
    "holes",
    (
        Number("count", 0, 100, integer=True),
        Number("radius", 0.5, 300),
        Number("edge", 0, 1, default=0.3),
        TONE,
    ),
    applier(draw),
    stochastic=True,
    family="damage",
    about="Parts that are missing, inside or at the borders, with a torn rim.",
)
