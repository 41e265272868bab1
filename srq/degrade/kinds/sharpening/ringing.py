"""Ringing: the waves beside edges of a signal whose band was cut."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.blur.convolution import Kernel, blurred, normalized
from srq.degrade.parameters import Choice, Number


def ringing_kernel(cutoff: float, waves: int, direction: str = "both") -> Kernel:
    """The sinc that keeps the part ``cutoff`` of all frequencies, with ``waves`` of its waves to
    either side and no window, sum 1; along rows, columns or both."""
    reach = int(np.ceil(waves / cutoff))
    line = np.sinc(cutoff * np.arange(-reach, reach + 1)).astype(np.float64)[None]
    if direction == "vertical":
        line = line.T
    return normalized(line.T @ line if direction == "both" else line)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    kernel = ringing_kernel(values["cutoff"], values["waves"], values["direction"])
    return blurred(picture, kernel)


RINGING = Degradation(
    "ringing",
    (
        Number("cutoff", 0.2, 1),
        Number("waves", 1, 8, integer=True, default=4),
        Choice("direction", ("both", "horizontal", "vertical"), default="both"),
    ),
    _apply,
    family="sharpening",
    about="Waves beside edges, as a cut band leaves them.",
)
