"""Defects: which pixels of a photograph are damaged."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from srq.image.blocks import Block
from srq.restore.holes import no_holes
from srq.restore.memory import give_back
from srq.restore.networks.detector import doubled
from srq.restore.windows import halved, in_windows, window

Mask = NDArray[np.bool_]
Probabilities = NDArray[np.float32]

SUSPECTED = 0.06
"""The probability from which on a pixel is filled before the translation, which then judges whether
what was filled in or what was there is nearer to the truth. Of the error that damage makes in held
pictures six sevenths lie there, and one in a hundred of the sound pixels."""

LIKELY = 0.3
"""The probability from which on a pixel tells of the whole picture."""

_BESIDE = 4
"""How far suspected pixels are from a sure one, at most, to be filled with it."""


def find_defects(network: Any, picture: NDArray[np.float32]) -> Mask:
    """Where (H, W, 3) of 0 to 1 is to be mended by filling alone; see ``marks``."""
    return marks(probabilities_of(network, picture), float(network.threshold))


def marks(found: Probabilities, threshold: float) -> Mask:
    """What to fill where nothing judges it afterwards: the pixels that are damaged with at least
    the probability ``threshold``, suspected ones beside them, and those around."""
    sure = found >= threshold
    if not sure.any():
        return sure
    low = found >= SUSPECTED
    for _ in range(_BESIDE):
        sure |= grown(sure) & low
    return grown(sure)


def suspected(found: Probabilities) -> Mask:
    """Where damage is likely enough to be filled for the translation, and the pixels around."""
    return grown(found >= SUSPECTED)


def probabilities_of(network: Any, picture: NDArray[np.float32]) -> Probabilities:
    """How likely each pixel of (H, W, 3), 0 to 1, is damaged: (H, W), 0 to 1; the less, the less
    the picture looks damaged, from ``network.enough`` down."""
    return believed(_suspicions_of(network, picture), float(network.enough))


def _suspicions_of(network: Any, picture: NDArray[np.float32]) -> Probabilities:
    """The same as if the picture looked damaged; but 0 where what is wide is no hole."""
    pyramid = [picture]
    while len(pyramid) < network.scales:
        pyramid.append(halved(pyramid[-1]))
    seen = _looked(network, pyramid.pop(), None)
    while pyramid:
        larger = pyramid.pop()
        seen = _looked(network, larger, _doubled(seen, larger.shape[:2]))
    found = torch.sigmoid(torch.from_numpy(seen)).numpy()
    found[no_holes(found, SUSPECTED, picture)] = 0
    give_back(found.size)
    return found


def _looked(
    network: Any, picture: NDArray[np.float32], coarser: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """The logits (H, W) of a picture (H, W, 3) at one size, after what was seen at half of it."""

    def run(block: Block) -> torch.Tensor:
        planes = (
            window(plane, block, network.multiple).to(network.threshold.device)
            for plane in (picture, coarser)
            if plane is not None
        )
        return network.look(*planes).cpu()

    size = picture.shape[0], picture.shape[1]
    whole = np.empty(size, np.float32)
    for block, made in in_windows(size, network.reach, network.multiple, run):
        whole[block.part] = made[..., 0]
    return whole


def _doubled(seen: NDArray[np.float32], size: tuple[int, ...]) -> NDArray[np.float32]:
    """Logits (h, w) at a size of (H, W), about twice theirs."""
    larger = doubled(torch.from_numpy(seen[None, None]))[0, 0].numpy()
    return larger[: size[0], : size[1]]


def believed(found: Probabilities, enough: float) -> Probabilities:
    """What was ``found``, as far as it is believed: the odds of each pixel times the square of how
    damaged the picture looks, as a share of ``enough``.

    Damage comes in plenty. Where little of it is seen, what is may as well be a collar or a wire.
    """
    trust = min(1.0, damage_of(found) / enough) ** 2 if enough > 0 else 1.0
    return (trust * found / (1 - (1 - trust) * found)).astype(np.float32, copy=False)


def damage_of(found: Probabilities) -> float:
    """How damaged a picture looks in which this was found: the share of its pixels that are LIKELY
    to be, times what part they are of the suspected ones. A harsh print is full of what may be
    damage, or may not."""
    plain, all_of = (np.count_nonzero(found >= least) for least in (LIKELY, SUSPECTED))
    return float(plain / found.size * plain / max(all_of, 1))


def grown(mask: Mask) -> Mask:
    """The mask and the eight pixels around each of its own: the soft edge of what is damaged."""
    for axis in (0, 1):
        wider = mask.copy()
        before, after = np.moveaxis(mask, axis, 0), np.moveaxis(wider, axis, 0)
        after[1:] |= before[:-1]
        after[:-1] |= before[1:]
        mask = wider
    return mask
