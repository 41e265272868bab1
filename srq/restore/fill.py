"""Filling what a mask hides from what surrounds it, smoothly: push and pull through a pyramid."""

import torch
from torch import Tensor, nn


def push_pull(pictures: Tensor, mask: Tensor) -> Tensor:
    """Pictures (N, C, H, W) with what ``mask`` (N, 1, H, W) hides, 0 to 1, filled by the means of
    what is known nearest around it; unchanged where it is 0.

    Where all is hidden, zeros are filled in.
    """
    known = 1 - mask
    return _filled(pictures * known, known)


def _filled(weighted: Tensor, known: Tensor) -> Tensor:
    """``weighted`` are values times how much is ``known`` of them."""
    height, width = known.shape[2:]
    values = weighted / known.clamp(min=1e-6)
    if height == width == 1:
        return values
    right, below = width % 2, height % 2
    if right or below:
        weighted, known_even = (
            nn.functional.pad(each, (0, right, 0, below)) for each in (weighted, known)
        )
    else:
        known_even = known
    # One known pixel of four is enough to know the mean.
    mass = nn.functional.avg_pool2d(known_even, 2)
    share = (4 * mass).clamp(max=1)
    means = nn.functional.avg_pool2d(weighted, 2) / mass.clamp(min=1e-6)
    coarse = _filled(means * share, share)
    fine = nn.functional.interpolate(
        coarse, scale_factor=2.0, mode="bilinear", align_corners=False
    )[..., :height, :width]
    return torch.lerp(fine, values, known)
