"""What a recipe makes of one source: its outputs by name, and each LR with its record."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Applied, to_uint8
from srq.errors import DataError


@dataclass(frozen=True)
class Output:
    """One of the LR pictures that a recipe makes of each source.

    name:  the branches that lead to it, e.g. "0.75/lens/noisy/x4"; "" for a recipe without any.
    hr:    the name of the HR size it belongs to; "" if there is one only.
    scale: how many times smaller than that HR it is.
    """

    name: str
    hr: str
    scale: int


@dataclass(frozen=True)
class Made:
    """An LR picture, and what was done to make it.

    result: what the last step gave.
    steps:  each step with every value that was drawn, in full precision, and every size as
            whole numbers [width, height].
    """

    output: Output
    result: Applied
    steps: tuple[dict[str, Any], ...]

    @cached_property
    def pixels(self) -> NDArray[np.uint8]:
        """The LR picture, (H, W) or (H, W, 3)."""
        return to_uint8(self.result.pixels)

    @property
    def stream(self) -> bytes | None:
        """Where the last step was a codec, the file in which it left exactly these pixels."""
        return self.result.stream

    @property
    def suffix(self) -> str:
        """What such a file is called (".jpg")."""
        return self.result.suffix


def check_steps(
    recorded: Sequence[Mapping[str, Any]], made: Sequence[Mapping[str, Any]], name: str
) -> None:
    """Raise DataError, naming the first difference, unless a log's steps are those made again."""
    for number, (ours, theirs) in enumerate(zip(_plain(made), _plain(recorded), strict=False), 1):
        for key in {**ours, **theirs}:
            if ours.get(key) != theirs.get(key):
                raise DataError(
                    f"The record of {name or 'this LR'} disagrees with its seed: step {number} has "
                    f"{key} {theirs.get(key)!r}, and the seed gives {ours.get(key)!r}."
                )
    if len(recorded) != len(made):
        raise DataError(
            f"The record of {name or 'this LR'} disagrees with its seed: it has "
            f"{len(recorded)} steps, and the seed gives {len(made)}."
        )


def _plain(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps as a JSON file gives them back."""
    return json.loads(json.dumps([dict(step) for step in steps]))
