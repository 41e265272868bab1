"""Networks on pictures of any size: window after window, so that memory does not grow.

The windows of a picture follow from its size alone. (The last bits of a convolution's sums depend
on the shape of what it is given, in the libraries beneath torch; with windows of a user's choice,
results would too.) Each has a halo as wide as the network sees, so that no seam shows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srq.image.blocks import Block, blocks
from srq.restore.memory import give_back

CORE = 512
"""The height and width of a window without its halo."""


@dataclass(frozen=True)
class _Even:
    """A halo alike on all sides."""

    top: int
    bottom: int
    left: int
    right: int


def in_windows(
    size: tuple[int, int],
    reach: int,
    multiple: int,
    run: Callable[[Block], Tensor],
) -> Iterator[tuple[Block, NDArray[np.float32]]]:
    """What ``run`` gives for each window of a picture (H, W), without the halo: (h, w, C).

    ``run`` is given the window with its halo, as far as the picture goes, and answers (1, C, h, w)
    or more; what is more, to a multiple, is cut off. ``reach`` and ``multiple`` are the network's.
    """
    height, width = size
    halo = -(-reach // multiple) * multiple
    core = CORE // multiple * multiple
    around = _Even(halo, halo, halo, halo)
    for block in blocks(height, width, core, core):
        outer = block.with_halo(around, height, width)
        with torch.inference_mode():
            made = run(outer)[0].permute(1, 2, 0)[block.within(outer).part].numpy()
        yield block, made
        give_back(height * width)


def halved(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """A picture (H, W, C) at half the size: means of 2x2 pixels, as far as there are any."""
    height, width = (-(-side // 2) for side in picture.shape[:2])
    made = np.empty((height, width, picture.shape[2]), np.float32)
    for start in range(0, height, CORE):
        rows = picture[2 * start : 2 * (start + CORE)].transpose(2, 0, 1)
        part = torch.from_numpy(np.ascontiguousarray(rows))
        small = nn.functional.avg_pool2d(part, 2, ceil_mode=True)
        made[start : start + CORE] = small.permute(1, 2, 0).numpy()
    return made


def window(picture: NDArray[np.float32], block: Block, multiple: int) -> Tensor:
    """A part of (H, W) or (H, W, C) as (1, C, h, w), its last rows and columns repeated up to a
    multiple."""
    part = picture[block.part]
    part = part[..., None] if part.ndim == 2 else part
    below, right = -part.shape[0] % multiple, -part.shape[1] % multiple
    return planes_of(np.pad(part, ((0, below), (0, right), (0, 0)), mode="edge"))


def planes_of(picture: NDArray[np.float32]) -> Tensor:
    """A picture (H, W, C) as (1, C, H, W), in memory still pixel by pixel."""
    return torch.from_numpy(picture).permute(2, 0, 1)[None]
