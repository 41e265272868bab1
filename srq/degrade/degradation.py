"""The interface that every degradation file fills in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from srq.degrade.distributions import Value
from srq.degrade.parameters import Parameter
from srq.image.depth import quantize

Pixels = NDArray[Any]
Exact = Literal["default", "seed"]
Fact = Value | tuple[int, ...]
"""What a record may hold: a number, a word, or whole numbers such as a size."""


@dataclass(frozen=True)
class Setting:
    """What a degradation needs to know of one picture.

    values: the drawn value of each parameter by name.
    scale:  the recipe's scale: LR has 1/scale of HR's size.
    rng:    a generator of the step's own.
    exact:  "seed" asks for the truncation and the borders of the tools that a recipe repeats,
            "default" for rounding and reflected borders; a kind without such a difference
            ignores it.
    lr:     the height and the width that LR will have; None where the caller knows none.
    """

    values: Mapping[str, Any]
    scale: int
    rng: np.random.Generator
    exact: Exact = "default"
    lr: tuple[int, int] | None = None


@dataclass(frozen=True)
class Later:
    """Pixels of ``size`` (height, width) that are made when they are asked for."""

    size: tuple[int, int]
    make: Callable[[], Pixels]


@dataclass(frozen=True)
class Applied:
    """What a degradation may give in place of plain pixels, if it has more to say.

    made:   the pixels; ``Later`` where they may not be wanted, as those of a stream.
    facts:  what was drawn inside, for the record (sizes as integers, never rounded numbers).
    stream: the file in which a codec left exactly these pixels, with its ``suffix`` (".jpg").
    """

    made: Pixels | Later
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    stream: bytes | None = None
    suffix: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """The height and the width of the pixels."""
        return self.made.size if isinstance(self.made, Later) else self.made.shape[:2]

    @cached_property
    def pixels(self) -> Pixels:
        """The pixels; where they came later, nobody can write into them."""
        if not isinstance(self.made, Later):
            return self.made
        pixels = self.made.make()
        pixels.flags.writeable = False
        return pixels


@dataclass(frozen=True)
class Degradation:
    """One way of spoiling a picture.

    ``apply`` takes a picture (H, W) or (H, W, 3), either uint8 or float64 in code values 0..255
    (a float may overshoot them), and gives a new one of the same rank, uint8 or float64. It has
    the same size or, if the degradation ``downscales``, 1/scale of it or, if it ``resizes``, any.
    It must not change its input, nor take chance from anywhere but ``Setting.rng``; it is
    ``stochastic`` if it takes any. ``family`` is the folder it stands in, ``about`` one line.
    """

    kind: str
    parameters: tuple[Parameter, ...]
    apply: Callable[[Pixels, Setting], Pixels | Applied]
    downscales: bool = False
    stochastic: bool = False
    resizes: bool = False
    family: str = ""
    about: str = ""


def to_uint8(picture: Pixels) -> NDArray[np.uint8]:
    """Code values as uint8: rounded half up and clipped; a uint8 picture comes back as it is."""
    return picture if picture.dtype == np.uint8 else quantize(picture, np.uint8)


def pixels_of(result: Pixels | Applied) -> Pixels:
    """The picture that a degradation gave."""
    return result.pixels if isinstance(result, Applied) else result
