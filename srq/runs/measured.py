"""What a run measures on the way: the quantity, under whose name the log has the scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Quantity:
    """``name`` stands in the log, ``label`` at the axis of the curves; ``digits`` and ``unit`` are
    how a person reads a score."""

    name: str
    label: str
    digits: int
    unit: str

    def text(self, score: float) -> str:
        """A score for a person."""
        return f"{score:.{self.digits}f}{self.unit}"


PSNR = Quantity("psnr", "PSNR (dB)", 2, " dB")
SHARE = Quantity("share", "share", 3, "")
"""What lies between 0 and 1: precision, recall, F1."""


def measured(entry: Mapping[str, Any]) -> tuple[Quantity, Mapping[str, float]] | None:
    """What an entry of the log measured, and the scores; None where it measured nothing."""
    for quantity in (PSNR, SHARE):
        if quantity.name in entry:
            return quantity, entry[quantity.name]
    return None
