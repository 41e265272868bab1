"""Filling what a mask hides with the smoothest surface that fits what is known around it.

The surface u has the least sum of (Laplacian of u)^2 + STIFFNESS * |gradient of u|^2: it goes on
with the slopes at the mask's edge, and does not swing in a wide hole. Conjugate gradients find it
from what push and pull gives; only hidden pixels and those around them are touched, so that the
work grows with the damage.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage, sparse

from srq.restore.fill import push_pull
from srq.restore.memory import give_back

STIFFNESS = 1.0
ROUNDS = 80

_BAND, _BESIDE = 1024, 256

_TINY = np.float32(1e-30)

Values = NDArray[np.float32]
"""(pixels, C)."""

Places = NDArray[np.intp]
"""Pixels, flat."""

Matrix = Any
"""A sparse one of SciPy."""


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
    give_back(mask.size)
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


def _smoothed(made: NDArray[np.float32], mask: NDArray[np.bool_]) -> Values:
    """The hidden pixels' values, (pixels, C), by conjugate gradients from those in ``made``."""
    values, energy, rest = _problem(made, mask)
    step = rest.copy()
    size = _dots(rest, rest)
    for _ in range(ROUNDS):
        if not size.any():
            break
        turned = energy @ step
        length = size / np.maximum(_dots(step, turned), _TINY)
        values += length * step
        rest -= length * turned
        before, size = size, _dots(rest, rest)
        step *= size / np.maximum(before, _TINY)
        step += rest
    return values


def _problem(made: NDArray[np.float32], mask: NDArray[np.bool_]) -> tuple[Values, Matrix, Values]:
    """Of the hidden pixels, in order: their values, the matrix of the energy's second
    derivatives, and minus its first; both halved."""
    # With what lies beside them, and with what lies beside that.
    beside = ndimage.binary_dilation(mask)
    hidden, near, far = (
        np.flatnonzero(each) for each in (mask, beside, ndimage.binary_dilation(beside))
    )
    all_of = made.reshape(-1, made.shape[2])[far]
    bending = _laplacian(near, far, mask.shape, 4)
    stiff = _laplacian(hidden, near, mask.shape, 4 + STIFFNESS)
    places = np.searchsorted(far, hidden)
    slope = stiff @ (bending @ all_of)
    return all_of[places], stiff @ bending[:, places], -slope


def _laplacian(rows: Places, columns: Places, shape: tuple[int, ...], middle: float) -> Matrix:
    """The matrix that gives, of the values at ``columns``, ``middle`` times that of each row less
    its four neighbours."""
    places = np.empty((len(rows), 5), np.int32)
    for number, star in enumerate((rows, *_beside(rows, shape))):
        places[:, number] = np.searchsorted(columns, star)
    weights = np.tile(np.array([middle, -1, -1, -1, -1], np.float32), len(rows))
    ends = np.arange(0, places.size + 1, 5, dtype=np.int32)
    return sparse.csr_array((weights, places.ravel(), ends), shape=(len(rows), len(columns)))


def _beside(places: Places, shape: tuple[int, ...]) -> Iterator[Places]:
    """Each of the four neighbours of each place; at the picture's border, the place itself."""
    height, width = shape
    y, x = np.divmod(places, width)
    yield np.maximum(y - 1, 0) * width + x
    yield np.minimum(y + 1, height - 1) * width + x
    yield y * width + np.maximum(x - 1, 0)
    yield y * width + np.minimum(x + 1, width - 1)


def _dots(a: Values, b: Values) -> NDArray[np.float32]:
    """The inner product of each channel."""
    return np.einsum("nc,nc->c", a, b)
