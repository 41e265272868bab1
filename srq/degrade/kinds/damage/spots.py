"""Spots: stains with soft edges."""

import numpy as np

from srq.degrade.degradation import Degradation, Setting
from srq.degrade.kinds.damage.layer import Layer, applier, blob
from srq.degrade.parameters import Choice, Number

_TONES = {
    "brown": (122.0, 82.0, 46.0),
    "dark": (40.0, 36.0, 32.0),
    "light": (232.0, 226.0, 214.0),
}


def draw(shape: tuple[int, int], setting: Setting) -> Layer:
    """Stains anywhere, of different sizes."""
    values, rng = setting.values, setting.rng
    layer = Layer.empty(shape)
    for _ in range(values["count"]):
        centre = rng.uniform(0, shape)
        radius = values["radius"] * float(np.exp(rng.normal(0, 0.5)))
        colour = np.array(_TONES[values["tone"]]) * rng.uniform(0.85, 1.1)
        tone = (float(colour[0]), float(colour[1]), float(colour[2]))
        strength = values["strength"] * float(rng.uniform(0.5, 1))
        soft = max(1.0, radius * float(rng.uniform(0.3, 0.9)))
        blob(layer, (centre[0], centre[1]), radius, tone, rng, soft=soft, strength=strength)
    return layer


SPOTS = Degradation(
    "spots",
    (
        Number("count", 0, 500, integer=True),
        Number("radius", 0.5, 200),
        Number("strength", 0, 1, default=0.6),
        Choice("tone", tuple(_TONES), default="brown"),
    ),
    applier(draw),
    stochastic=True,
    family="damage",
    about="Stains with soft edges, as damp and foxing leave them.",
)
