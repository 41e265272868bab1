"""What a stored picture must hold: every byte, a floor of fidelity, or a number of bytes."""

import re
from dataclasses import dataclass

from srq.errors import ConfigError
from srq.registry import suggestion

FLOORS = {"visually-lossless": 90.0, "high": 70.0, "small": 50.0}
"""The least SSIMULACRA2 of a restored picture, by the words of the metric's author."""

NAMES = ("exact", *FLOORS, "budget:BYTES", "budget:PERCENT%")

_BUDGET = re.compile(r"budget:(\d+(?:\.\d+)?)(%|kB|MB)?")
_UNITS = {None: 1, "kB": 1000, "MB": 1_000_000}


@dataclass(frozen=True)
class Mode:
    """One of three: ``floor``, the least SSIMULACRA2; ``most`` bytes or ``share`` of the bytes that
    came, within which the fidelity is the best; or neither, which means every byte."""

    name: str
    floor: float | None = None
    most: int | None = None
    share: float | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the file must come back byte for byte."""
        return self.floor is None and self.most is None and self.share is None

    def budget(self, size: int) -> int | None:
        """The most bytes for a file of ``size`` bytes; None where the mode sets none."""
        if self.share is not None:
            return int(size * self.share)
        return self.most


def mode_named(name: str) -> Mode:
    """The mode of that name: "exact", "visually-lossless", "high", "small", or a budget for each
    picture: "budget:300kB", "budget:250000", "budget:10%". ConfigError for another."""
    if name == "exact":
        return Mode(name)
    if name in FLOORS:
        return Mode(name, floor=FLOORS[name])
    found = _BUDGET.fullmatch(name)
    if found is None or float(found[1]) == 0:
        raise ConfigError(f"There is no mode '{name}'; {suggestion(name, NAMES)}")
    if found[2] == "%":
        if float(found[1]) > 100:
            raise ConfigError(f"A budget is at most 100% of what came, not {found[1]}%.")
        return Mode(name, share=float(found[1]) / 100)
    return Mode(name, most=int(float(found[1]) * _UNITS[found[2]]))
