"""The interface that every degradation file fills in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.degrade.parameters import Parameter
from srq.image.depth import quantize

Pixels = NDArray[Any]


@dataclass(frozen=True)
class Setting:
    """What a degradation needs to know of one picture.

    ``values`` holds the drawn value of each parameter by name, ``scale`` is the recipe's, and
    ``rng`` is a generator of the step's own.
    """

    values: Mapping[str, Any]
    scale: int
    rng: np.random.Generator


@dataclass(frozen=True)
class Degradation:
    """One way of spoiling a picture.

    ``apply`` takes a picture (H, W) or (H, W, 3), either uint8 or float64 in code values 0..255
    (a float may overshoot them), and gives a new one of the same rank, uint8 or float64, of the
    same size or, if ``downscales``, 1/scale of it. It must not change its input, nor take
    chance from anywhere but ``Setting.rng``; it is ``stochastic`` if it takes any.
    """

    kind: str
    parameters: tuple[Parameter, ...]
    apply: Callable[[Pixels, Setting], Pixels]
    downscales: bool = False
    stochastic: bool = False


def to_uint8(picture: Pixels) -> NDArray[np.uint8]:
    """Code values as uint8: rounded half up and clipped; a uint8 picture comes back as it is."""
    return picture if picture.dtype == np.uint8 else quantize(picture, np.uint8)
