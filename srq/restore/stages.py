"""The trained networks that a restoration uses, one for each stage that has any."""

from dataclasses import dataclass
from typing import Any

import torch

from srq.restore import networks

TRANSLATIONS = ("mapping", "direct")
"""The stages that translate, the preferred one first."""


@dataclass(frozen=True)
class Networks:
    """What is trained; a stage whose network is None is passed over.

    tone:        gives the tones of a thumbnail.
    detector:    finds damage.
    translation: makes the filled picture a clean one.
    """

    tone: Any | None = None
    detector: Any | None = None
    translation: Any | None = None


def use_threads(count: int | None) -> None:
    """Let torch use so many threads; None leaves it its own choice."""
    if count is not None:
        torch.set_num_threads(count)


def shipped() -> Networks:
    """The networks that ship."""
    there = networks.names()
    translation = next((stage for stage in TRANSLATIONS if stage in there), None)
    return Networks(
        networks.load("tone") if "tone" in there else None,
        networks.load("detector") if "detector" in there else None,
        None if translation is None else networks.load(translation),
    )
