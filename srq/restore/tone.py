"""Tone: the curves and the matrix of a whole picture, read off its thumbnail, on every pixel."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from srq.restore.networks.tone import SIDE

Plane = NDArray[np.float32]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)

SURE = 2.0
"""The logit from which on the tone is mended. At 0 one in fifty clean pictures would change that
the network did not learn from, and here one in eighty."""

_ROWS = 256


@dataclass(frozen=True)
class Tones:
    """How the colours of a picture change: ``curves`` (3, n), what red, green and blue of 0 to 1
    become at n even nodes, then ``matrix`` (3, 3), by which they mix."""

    curves: Plane
    matrix: Plane

    def apply(self, picture: Plane) -> None:
        """Change (H, W, 3) in place; the result is clipped to 0..1."""
        nodes = np.linspace(0, 1, self.curves.shape[1], dtype=np.float32)
        for top in range(0, len(picture), _ROWS):
            part = picture[top : top + _ROWS]
            toned = np.stack([np.interp(part[..., c], nodes, self.curves[c]) for c in range(3)], -1)
            part[...] = np.clip(toned @ self.matrix.T.astype(np.float64), 0, 1)


def find_tones(network: Any, picture: Plane) -> Tones | None:
    """The tones that the network asks for, of (H, W, 3); None where nothing is to be changed."""
    small = torch.from_numpy(reduced(picture, (SIDE, SIDE)).transpose(2, 0, 1)[None].copy())
    with torch.inference_mode():
        tones = network(small)
    if float(tones.needed[0]) <= SURE:
        return None
    return Tones(tones.curves[0].numpy(), tones.matrix[0].numpy())


def reduced(picture: Plane, size: tuple[int, int]) -> Plane:
    """(H, W) or (H, W, C) at another height and width: the means of areas, which may overlap."""
    for axis, count in enumerate(size):
        length = picture.shape[axis]
        starts = np.arange(count) * length // count
        ends = -(-(np.arange(count) + 1) * length // count)
        areas = [
            np.take(picture, range(start, end), axis).mean(axis, dtype=np.float64)
            for start, end in zip(starts, ends, strict=True)
        ]
        picture = np.stack(areas, axis).astype(np.float32)
    return picture
