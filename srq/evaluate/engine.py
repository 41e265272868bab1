"""What can be measured: anything that makes uint8 luma larger, and says what it is."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from srq.image.resize import bicubic

Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class About:
    """What a result file says of an engine, so that its figures can be made again.

    kind:        "interpolation", "float network", "integer program", or "engine" for others.
    weights:     how many trained numbers it has.
    sha256:      that of the file it was read from.
    fingerprint: that of its Program.
    runs_on:     what runs it, such as "torch cpu" or an engine's name.
    """

    kind: str = "engine"
    weights: int | None = None
    sha256: str | None = None
    fingerprint: str | None = None
    runs_on: str | None = None


class Engine(Protocol):
    """A callable: luma, uint8 (H, W), in; uint8 (scale * H, scale * W) out.

    It may also have ``about``, an ``About``.
    """

    name: str
    scale: int

    def __call__(self, luma: Luma, /) -> Luma:
        """The larger picture."""
        ...


class Bicubic:
    """The baseline: MATLAB's bicubic, rounded once."""

    name = "bicubic"
    about = About(kind="interpolation", weights=0)

    def __init__(self, scale: int) -> None:
        self.scale = scale

    def __call__(self, luma: Luma) -> Luma:
        """The larger picture."""
        return bicubic(luma, scale=self.scale)


def about(engine: Engine) -> About:
    """The engine's ``about``, or one without facts."""
    return getattr(engine, "about", About())
