"""The trained networks that a restoration uses, one for each stage that has any."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from srq.errors import ModelError
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


def opened(run: Path | None = None) -> Networks:
    """The networks that ship; those in ``run``, a run folder of ``srq train restore``, go before
    them.

    Raises ModelError where ``run`` holds none that restores, CheckpointError for a damaged file.
    """
    own = () if run is None else networks.names(run)
    if run is not None and not {"tone", "detector", *TRANSLATIONS} & {*own}:
        raise ModelError(
            f"{run} holds no network that restores; name a run folder of 'srq train restore'."
        )

    def first(*stages: str) -> Any | None:
        for folder, there in ((run, own), (None, networks.names())):
            for stage in stages:
                if stage in there:
                    return networks.load(stage, folder)
        return None

    return Networks(first("tone"), first("detector"), first(*TRANSLATIONS))
