"""Bicubic upscaling inside a network, as MATLAB's imresize does it."""

import torch
from torch import Tensor, fx


@fx.wrap
def bicubic_upscale(picture: Tensor, scale: int) -> Tensor:
    """(N, C, H, W) float -> (N, C, s*H, s*W): cubic with a = -0.5, borders mirrored.

    The same as ``srq.image.resize.bicubic`` on float input. (torch's own interpolation takes
    a = -0.75 and repeats the border pixel.) Values are neither clipped nor rounded.
    """
    return _along(_along(picture, scale, 2), scale, 3)


def _along(picture: Tensor, scale: int, dim: int) -> Tensor:
    size = picture.shape[dim]
    fine = torch.arange(size * scale, device=picture.device)
    # A fine pixel lies between two coarse ones, on one of 2s possible places: the whole-number
    # position in units of 1/2s pixel keeps the weights exact in any precision.
    place = 2 * fine + 1 - scale
    left = torch.div(place, 2 * scale, rounding_mode="floor")
    offset = (place - 2 * scale * left).to(torch.float64) / (2 * scale)
    shape = [1] * picture.dim()
    shape[dim] = -1
    total = torch.zeros((), dtype=picture.dtype, device=picture.device)
    for tap in range(-1, 3):
        index = (left + tap) % (2 * size)
        mirrored = torch.minimum(index, 2 * size - 1 - index)
        weight = _cubic((offset - tap).abs()).to(picture.dtype).view(shape)
        total = total + weight * picture.index_select(dim, mirrored)
    return total


def _cubic(distance: Tensor) -> Tensor:
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return torch.where(distance <= 1, near, torch.where(distance < 2, far, 0))
