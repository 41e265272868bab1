"""Translation: the filled photograph to a clean one, by the network that has learned it."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from srq.image.blocks import Block
from srq.restore.defects import Probabilities
from srq.restore.tone import Plane
from srq.restore.windows import in_windows, planes_of, window

THUMBNAIL = 256
"""The longer side of the thumbnail that stands for the whole picture."""


def translate(
    network: Any, picture: Plane, filled: Plane, sure: Probabilities, progress: Any = None
) -> Plane:
    """The restored (H, W, 3), clipped to 0..1.

    ``picture`` and ``filled`` are (H, W, 3), before and after what may be damaged was filled;
    ``sure`` (H, W) says how surely it is. ``progress(n)`` is called after every n pixels.
    """
    multiple: int = network.multiple
    with torch.inference_mode():
        memory = network.remember(*_thumbnails(picture, filled, sure, multiple))

    def run(block: Block) -> Tensor:
        parts = (window(plane, block, multiple) for plane in (picture, filled, sure))
        return network(*parts, memory)

    made = np.empty_like(filled)
    for block, part in in_windows(sure.shape, network.reach, multiple, run):
        np.clip(part, 0, 1, out=made[block.part])
        if progress is not None:
            progress(block.pixels)
    return made


def _thumbnails(picture: Plane, filled: Plane, sure: Probabilities, multiple: int) -> list[Tensor]:
    """The whole picture, small: means of areas, and of how surely it is damaged the largest."""
    shrink = min(1.0, THUMBNAIL / max(sure.shape))
    height, width = (
        max(multiple, round(side * shrink) // multiple * multiple) for side in sure.shape
    )
    size = height, width
    means = [
        nn.functional.adaptive_avg_pool2d(planes_of(plane), size) for plane in (picture, filled)
    ]
    return [*means, nn.functional.adaptive_max_pool2d(planes_of(sure[..., None]), size)]
