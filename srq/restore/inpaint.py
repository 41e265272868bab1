"""Filling what a mask hides with the smoothest surface that fits what is known around it.

The surface u has the least sum of (Laplacian of u)^2 + STIFFNESS * |gradient of u|^2: it goes on
with the slopes at the mask's edge, and does not swing in a wide hole. Conjugate gradients find it
from what push and pull gives; only hidden pixels and those around them are touched, so that the
work grows with the damage.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from srq.restore.fill import push_pull

STIFFNESS = 1.0
ROUNDS = 80

_BAND, _BESIDE = 1024, 256

Values = NDArray[np.float64]
Places = NDArray[np.intp]


def inpaint(picture: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """``picture`` (H, W, C) of 0 to 1 with what ``mask`` (H, W) hides filled in; a new array.

    Where all is hidden, zeros are filled in.
    """
    made = picture.copy()
    if not mask.any():
        return made
    for top in range(0, len(mask), _BAND):
        _begin(made, mask, top)
    if not mask.all():
        made[mask] = np.clip(_smoothed(made, mask), 0, 1)
    return made


def _begin(made: NDArray[np.float32], mask: NDArray[np.bool_], top: int) -> None:
    """Fill a band of rows by push and pull, seeing some rows above and below it; band by band,
    so that memory stays small."""
    inner = mask[top : top + _BAND]
    if not inner.any():
        return
    start = max(top - _BESIDE, 0)
    seen, hidden = made[start : top + _BAND + _BESIDE], mask[start : top + _BAND + _BESIDE]
    known = torch.from_numpy(hidden[None, None].astype(np.float32))
    for channel in range(made.shape[2]):
        plane = torch.from_numpy(np.ascontiguousarray(seen[None, None, ..., channel]))
        filled = push_pull(plane, known)[0, 0].numpy()[top - start :][: len(inner)]
        made[top : top + _BAND, :, channel][inner] = filled[inner]


@dataclass(frozen=True)
class _Around:
    """The hidden pixels M, those beside them too (R), and those beside these too (P), as flat
    places in the picture, in order; and where each set's neighbours stand in the next."""

    p: Places
    r_in_p: Places
    beside_r: Places  # (4, len(R)) in P
    m_in_r: Places
    beside_m: Places  # (4, len(M)) in R

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> "_Around":
        m = np.flatnonzero(mask)
        r = _grown(m, mask.shape)
        p = _grown(r, mask.shape)
        return cls(
            p,
            np.searchsorted(p, r),
            np.searchsorted(p, _beside(r, mask.shape)),
            np.searchsorted(r, m),
            np.searchsorted(r, _beside(m, mask.shape)),
        )

    def slope(self, values: Values) -> Values:
        """Half the energy's gradient at M, of values (len(P), C)."""
        bending = 4 * values[self.r_in_p]
        for beside in self.beside_r:
            bending -= values[beside]
        middle = bending[self.m_in_r]
        total = (4 + STIFFNESS) * middle
        for beside in self.beside_m:
            total -= bending[beside]
        return total

    @property
    def m_in_p(self) -> Places:
        return self.r_in_p[self.m_in_r]


def _beside(places: Places, shape: tuple[int, ...]) -> Places:
    """The four neighbours of each place; at the picture's border, the place itself."""
    height, width = shape
    y, x = np.divmod(places, width)
    return np.stack(
        [
            np.maximum(y - 1, 0) * width + x,
            np.minimum(y + 1, height - 1) * width + x,
            y * width + np.maximum(x - 1, 0),
            y * width + np.minimum(x + 1, width - 1),
        ]
    )


def _grown(places: Places, shape: tuple[int, ...]) -> Places:
    return np.union1d(places, _beside(places, shape))


def _smoothed(made: NDArray[np.float32], mask: NDArray[np.bool_]) -> Values:
    """The hidden pixels' values, (len(M), C), by conjugate gradients from those in ``made``."""
    around = _Around.of(mask)
    values = made.reshape(-1, made.shape[2])[around.p].astype(np.float64)
    places = around.m_in_p
    rest = -around.slope(values)
    step = rest.copy()
    size = (rest * rest).sum(0)
    direction = np.zeros_like(values)
    for _ in range(ROUNDS):
        if not size.any():
            break
        direction[places] = step
        turned = around.slope(direction)
        length = size / np.maximum((step * turned).sum(0), 1e-30)
        values[places] += length * step
        rest -= length * turned
        before, size = size, (rest * rest).sum(0)
        step = rest + size / np.maximum(before, 1e-30) * step
    return values[places]
