"""The pictures of the vectors: small, made up, the same on every machine."""

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.errors import ImageError
from srq.fixed import Format
from srq.image.colour import luma
from srq.image.depth import to_depth
from srq.image.io import read
from srq.program import Program
from srq.program.reference import Reference

MOST_PIXELS = 1 << 16
"""The largest picture that a user may give: its tensors as text are some hundred times larger."""

_SEED = 20180911
_NATURAL = (32, 24)
_SMALL = (9, 14)
_TRIALS = 120


@dataclass(frozen=True, eq=False)
class Stimulus:
    """A picture (rows, columns) of the Program's input type, its name and what it is for."""

    name: str
    about: str
    picture: NDArray


def stimuli(program: Program) -> list[Stimulus]:
    """The pictures that are always there, in order."""
    fmt = program.input.format
    made: list[tuple[str, str, Callable[[], NDArray]]] = [
        ("natural", "smooth parts, an edge and texture, as in a photograph", lambda: _natural(fmt)),
        ("noise", "every code value alike", lambda: _noise(fmt, _SMALL)),
        ("black", "all 0", lambda: np.zeros(_SMALL, fmt.dtype)),
        ("white", f"all {fmt.hi}", lambda: np.full(_SMALL, fmt.hi, fmt.dtype)),
        ("checkerboard", f"0 and {fmt.hi} in turn", lambda: _checkerboard(fmt)),
        ("impulse", "bright pixels in two corners and amid black", lambda: _impulse(fmt)),
        ("saturation", "extremes, searched to saturate many values", lambda: _saturating(program)),
        ("pixel", "a picture of one pixel, all border around it", lambda: _noise(fmt, (1, 1))),
    ]
    return [Stimulus(name, about, make()) for name, about, make in made]


def stimulus_of(path: str | PathLike[str], fmt: Format) -> Stimulus:
    """A user's picture: gray as it is, of colour the luma, in the Program's width.

    Raises ImageError for a file that is no picture or one of more than ``MOST_PIXELS``.
    """
    pixels = read(Path(path)).pixels
    rows, columns = pixels.shape[:2]
    if rows * columns > MOST_PIXELS:
        raise ImageError(
            f"{path} has {columns} x {rows} pixels; for vectors a picture may have {MOST_PIXELS},"
            " such as 256 x 256: cut out a part."
        )
    deep = to_depth(pixels, np.uint8 if fmt.bits == 8 else np.uint16)
    gray = deep if deep.ndim == 2 else luma(deep)
    if 8 < fmt.bits < 16:
        half = 1 << (15 - fmt.bits)
        gray = np.minimum((gray.astype(np.int64) + half) >> (16 - fmt.bits), fmt.hi)
    return Stimulus("picture", "given", gray.astype(fmt.dtype))


def _noise(fmt: Format, shape: tuple[int, int]) -> NDArray:
    return np.random.default_rng(_SEED).integers(0, fmt.hi, shape, fmt.dtype, endpoint=True)


def _natural(fmt: Format) -> NDArray:
    """Steps of noise, the coarser the stronger; a slanted edge; fine lines in a corner."""
    rng = np.random.default_rng(_SEED)
    rows, columns = _NATURAL
    total = np.zeros(_NATURAL, np.int64)
    for step in (16, 8, 4, 2, 1):
        coarse = rng.integers(-2 * step, 2 * step + 1, (rows // step + 1, columns // step + 1))
        total += coarse.repeat(step, axis=0).repeat(step, axis=1)[:rows, :columns]
    y, x = np.indices(_NATURAL)
    total += np.where(3 * x > y + 12, 70, -50)
    total += np.where((y > 20) & (x > 14), 40 * (x % 2), 0)
    return (np.clip(128 + total, 0, 255) * fmt.hi // 255).astype(fmt.dtype)


def _checkerboard(fmt: Format) -> NDArray:
    y, x = np.indices(_SMALL)
    return ((y + x) % 2 * fmt.hi).astype(fmt.dtype)


def _impulse(fmt: Format) -> NDArray:
    picture = np.zeros((15, 22), fmt.dtype)
    picture[7, 10] = picture[0, 0] = picture[-1, -1] = fmt.hi
    return picture


def _saturating(program: Program) -> NDArray:
    """Black and white pixels, parts turned over where that saturates more channels.

    A hill is climbed by chance, with a seed: enough to visit many ends of formats.
    """
    rng = np.random.default_rng(_SEED)
    reference, fmt = Reference(program), program.input.format
    watched = [step for step in program.steps if step.shifts and not step.value.is_accumulator]

    def score(bright: NDArray[np.bool_]) -> float:
        tensors = reference((bright * fmt.hi).astype(fmt.dtype), trace=True)
        return sum(_saturation(tensors[s.op.name], s.value.format) for s in watched)

    best = rng.integers(0, 2, _SMALL) == 1
    most = score(best)
    for _ in range(_TRIALS):
        rows, columns = (np.sort(rng.integers(0, side + 1, 2)) for side in _SMALL)
        turned = best.copy()
        turned[slice(*rows), slice(*columns)] ^= True
        if (reached := score(turned)) > most:
            best, most = turned, reached
    return (best * fmt.hi).astype(fmt.dtype)


def _saturation(tensor: NDArray, fmt: Format) -> float:
    """How many channels are at an end of the format, and how close the others come to it."""
    flat = tensor.reshape(len(tensor), -1)
    total = float((flat.max(axis=1) / fmt.hi).clip(0, 1).sum() + (flat.max(axis=1) == fmt.hi).sum())
    if fmt.signed:
        total += float((flat.min(axis=1) / fmt.lo).clip(0, 1).sum())
        total += float((flat.min(axis=1) == fmt.lo).sum())
    return total
