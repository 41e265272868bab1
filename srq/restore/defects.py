"""Defects: which pixels of a photograph are damaged."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from srq.image.blocks import Block
from srq.restore.windows import in_windows, window

Mask = NDArray[np.bool_]


def find_defects(network: Any, picture: NDArray[np.float32]) -> Mask:
    """Where the network sees damage in (H, W, 3) of 0 to 1, and the pixels around that."""
    size = picture.shape[0], picture.shape[1]
    found = np.empty(size, np.bool_)
    threshold = float(network.threshold)

    def run(block: Block) -> torch.Tensor:
        return torch.sigmoid(network(window(picture, block, network.multiple)))

    for block, made in in_windows(size, network.reach, network.multiple, run):
        found[block.part] = made[..., 0] >= threshold
    return grown(found)


def grown(mask: Mask) -> Mask:
    """The mask and the eight pixels around each of its own: the soft edge of what is damaged."""
    for axis in (0, 1):
        wider = mask.copy()
        before, after = np.moveaxis(mask, axis, 0), np.moveaxis(wider, axis, 0)
        after[1:] |= before[:-1]
        after[:-1] |= before[1:]
        mask = wider
    return mask
