"""Holes: which of the wide patches that a detector marks are one.

A sky or a wall is as wide as a hole, and in a harsh old print as white. But a hole is flat, and it
ends in an edge, of which a sky has none where it is marked.
"""

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from srq.restore.networks.detector import largest, mean_around
from srq.restore.tone import LUMA
from srq.restore.windows import halved

WIDEST = 25
"""How wide, in pixels, damage is that counts as wide; odd."""

_BESIDE = 5
"""The side of the square, in which both sides of an edge are compared."""

_STEP = 0.05
"""The difference of luma that makes an edge,"""

_EDGED, _WELL_EDGED = 0.5, 0.8
"""and the share of a hole's outline that is one, all of it lighter inside or all darker: of what is
flat, and of what is not, or does not look so for noise."""

_FLAT = 0.03
"""The deviation of luma in what is flat,"""

_FLATTEST = 0.2
"""or else less than in all but such a share of a busy or grainy picture."""

_SURE = 0.5
"""How likely a hole is damage, at least at some pixel."""

_INWARD = 3
"""How far inside a patch its deviation is taken."""


def wide(masks: Tensor, size: int = WIDEST) -> Tensor:
    """Of masks (N, 1, H, W), 0 or 1, each square of ``size`` that fits into them, and what is half
    of that away. What touches the border is taken to go on beyond it."""
    centres = -largest(-masks, size)
    return largest(largest(centres, size), size)


def no_holes(
    found: NDArray[np.float32], threshold: float, picture: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Where a patch of what a detector has ``found``, (H, W), from ``threshold`` on, is wide and
    yet no hole in the picture (H, W, 3), 0 to 1."""
    mask = found >= threshold
    marked = _smaller(mask.astype(np.float32)) > 0.5
    squares = wide(torch.from_numpy(marked[None, None].astype(np.float32)), WIDEST // 2 + 1)
    labels = np.zeros(marked.shape, np.int32)
    patches = marked & (squares[0, 0].numpy() > 0)
    count = cast(int, ndimage.label(patches, np.ones((3, 3)), output=labels))
    if not count:
        return np.zeros(mask.shape, np.bool_)
    luma = _smaller(picture @ LUMA.astype(np.float32))
    surest = ndimage.maximum(_smaller(found), labels, np.arange(1, count + 1))
    holes = _are_holes(luma, labels, count) & (np.asarray(surest) >= _SURE)
    wrong = np.concatenate([[False], ~holes])[labels]
    # Their outline too, which is lost as a mask becomes smaller.
    wrong = ndimage.binary_dilation(wrong, np.ones((3, 3)), 2).astype(np.bool_)
    height, width = mask.shape
    return wrong.repeat(2, 0).repeat(2, 1)[:height, :width] & mask


def _are_holes(
    luma: NDArray[np.float32], labels: NDArray[np.int32], count: int
) -> NDArray[np.bool_]:
    """Of each of the ``count`` patches of ``labels``, whether it is one."""
    numbers = np.arange(1, count + 1)
    patches = labels > 0
    inside, around = (_mean_where(luma, where) for where in (patches, ~patches))
    outline = patches & ~_inner(patches, 1) & ~np.isnan(around)
    length = np.maximum(ndimage.sum_labels(outline, labels, numbers), 1)
    lighter, darker = (
        ndimage.sum_labels(outline & step, labels, numbers) / length
        for step in (inside - around > _STEP, around - inside > _STEP)
    )
    inner = np.where(_inner(patches, _INWARD), labels, 0)
    mean = _mean(luma)
    deviation = np.sqrt(np.maximum(_mean(luma * luma) - mean * mean, 0))
    flat = ndimage.median(deviation, inner, numbers) <= max(
        _FLAT, float(np.quantile(deviation, _FLATTEST))
    )
    edged = np.maximum(lighter, darker)
    return np.where(flat, edged >= _EDGED, edged >= _WELL_EDGED)


def _inner(patches: NDArray[np.bool_], inward: int) -> NDArray[np.bool_]:
    """The patches without what is nearer to their outline than ``inward`` pixels."""
    return ndimage.binary_erosion(patches, iterations=inward, border_value=1).astype(np.bool_)


def _mean_where(luma: NDArray[np.float32], where: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The mean around each pixel of what is ``where``; not a number where too little is."""
    share = _mean(where.astype(np.float32))
    return np.where(share > 0.1, _mean(luma * where) / np.maximum(share, 0.1), np.nan)


def _mean(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of the square of _BESIDE around each pixel."""
    return mean_around(torch.from_numpy(plane[None, None]), _BESIDE)[0, 0].numpy()


def _smaller(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """The plane at half the size, at which patches are looked at."""
    return halved(plane[..., None])[..., 0]
