"""Defects: which pixels of a photograph are damaged."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from srq.image.blocks import Block
from srq.restore.windows import in_windows, window

Mask = NDArray[np.bool_]


def find_defects(network: Any, picture: NDArray[np.float32]) -> Mask:
    """Where the network sees damage in (H, W, 3) of 0 to 1, and the pixels around that."""
    found = np.empty(picture.shape[:2], np.bool_)
    threshold = float(network.threshold)
    for block, made in probabilities(network, picture):
        found[block.part] = made >= threshold
    return grown(found)


def probabilities(
    network: Any, picture: NDArray[np.float32]
) -> Iterator[tuple[Block, NDArray[np.float32]]]:
    """How likely each pixel of (H, W, 3) is damaged, 0 to 1, window after window."""

    def run(block: Block) -> torch.Tensor:
        values = window(picture, block, network.multiple).to(network.threshold.device)
        return torch.sigmoid(network(values)).cpu()

    size = picture.shape[0], picture.shape[1]
    for block, made in in_windows(size, network.reach, network.multiple, run):
        yield block, made[..., 0]


def grown(mask: Mask) -> Mask:
    """The mask and the eight pixels around each of its own: the soft edge of what is damaged."""
    for axis in (0, 1):
        wider = mask.copy()
        before, after = np.moveaxis(mask, axis, 0), np.moveaxis(wider, axis, 0)
        after[1:] |= before[:-1]
        after[:-1] |= before[1:]
        mask = wider
    return mask
