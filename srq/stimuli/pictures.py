"""The pictures that every subject is run on: made up from a Program, the same on each machine."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.dataflow import reach_of
from srq.fixed import Format
from srq.program import Program
from srq.stimuli.adversarial import driven

SEED = 20180911

SIZES = (
    *((1, 1), (1, 2), (2, 1), (1, 127), (127, 1), (2, 3), (3, 2), (5, 7), (7, 5), (11, 13)),
    *((17, 19), (23, 29), (31, 37), (41, 43), (53, 61), (71, 73), (89, 97)),
    *((113, 127), (127, 113), (130, 130)),
)
"""Rows and columns of the noise: a pixel, lines, primes, and just above a power of two."""

QUICK_SIZES = ((1, 1), (1, 17), (17, 1), (2, 3), (13, 17), (31, 37))


@dataclass(frozen=True, eq=False)
class Case:
    """A picture (rows, columns) of a Program's input type, and what it is called."""

    name: str
    picture: NDArray


def cases(program: Program, *, quick: bool = False) -> Iterator[Case]:
    """Noise of many sizes, patterns, what drives sums to their bounds, and something natural.

    quick: fewer of each and smaller ones, in the time of a few seconds for any subject.
    """
    fmt = program.input.format
    rng = np.random.default_rng(SEED)
    for rows, columns in QUICK_SIZES if quick else SIZES:
        noise = rng.integers(0, fmt.hi, (rows, columns), endpoint=True).astype(fmt.dtype)
        yield Case(f"noise {rows}x{columns}", noise)
    side = (19, 23) if quick else (37, 67)
    for name, picture in patterns(fmt, side).items():
        yield Case(f"{name} {side[0]}x{side[1]}", picture)
    reach = reach_of(program)
    yield Case("impulses", impulses(fmt, reach.rows, reach.columns))
    yield Case("impulses, dark", fmt.hi - impulses(fmt, reach.rows, reach.columns))
    for op, picture in driven(program, channels=4 if quick else 32):
        yield Case(f"drives {op}", picture)
    for name, picture in natural().items():
        rows, columns = (47, 53) if quick else (127, 113)
        yield Case(f"{name} {rows}x{columns}", _deepened(picture[:rows, :columns], fmt, rng))


def patterns(fmt: Format, shape: tuple[int, int]) -> dict[str, NDArray]:
    """Pictures of this shape with only the extremes in them, and one with every code value."""
    y, x = np.indices(shape)
    bits = {
        "all 0": np.zeros(shape, bool),
        "all max": np.ones(shape, bool),
        "checkerboard 1": (y + x) % 2 == 1,
        "checkerboard 2": (y // 2 + x // 2) % 2 == 1,
        "lines": y % 2 == 1,
        "columns": x % 2 == 1,
        "edges": (y // 7 + x // 11) % 2 == 1,
        "extremes": np.random.default_rng(SEED).integers(0, 2, shape) == 1,
    }
    pictures = {name: (bit * fmt.hi).astype(fmt.dtype) for name, bit in bits.items()}
    size = shape[0] * shape[1]
    ramp = np.linspace(0, fmt.hi, size).astype(fmt.dtype).reshape(shape)
    return {**pictures, "ramp": ramp}


def impulses(fmt: Format, rows: int, columns: int) -> NDArray:
    """Single bright pixels on black: in all corners, on all edges and inside.

    Inside they stand so far apart that none meets another in a field of rows x columns.
    """
    rows, columns = min(rows, 40), min(columns, 40)
    picture = np.zeros((3 * rows + 2, 3 * columns + 2), fmt.dtype)
    picture[:: rows + 1 or 1, :: columns + 1 or 1] = fmt.hi
    picture[-1, :: columns + 1] = picture[:: rows + 1, -1] = picture[-1, -1] = fmt.hi
    return picture


def natural() -> dict[str, NDArray[np.uint8]]:
    """Luma of 130 x 130 by name: two photographs where scikit-image is at hand, and a made-up one.

    They are cut out where there is detail: the photographer's camera, the astronaut's face.
    """
    pictures = {"clouds": _clouds(130)}
    try:
        from skimage import data
    except ImportError:
        return pictures
    face = data.astronaut()[60:190, 160:290].astype(np.int64) @ (77, 150, 29) >> 8
    pictures["camera"] = np.ascontiguousarray(data.camera()[90:220, 200:330])
    pictures["astronaut"] = face.astype(np.uint8)
    return pictures


def _clouds(side: int) -> NDArray[np.uint8]:
    """Noise whose amplitude falls as the inverse of frequency, as in photographs, and an edge."""
    rng = np.random.default_rng(SEED)
    picture = np.zeros((side, side), np.int64)
    step = 64
    while step >= 1:
        coarse = rng.integers(-step, step + 1, (side // step + 1,) * 2)
        picture += coarse.repeat(step, axis=0).repeat(step, axis=1)[:side, :side]
        step //= 2
    y, x = np.indices((side, side))
    picture += np.where(3 * y > 2 * x + 40, 60, -20)
    return np.clip(128 + picture, 0, 255).astype(np.uint8)


def _deepened(picture: NDArray[np.uint8], fmt: Format, rng: np.random.Generator) -> NDArray:
    """An 8-bit picture in the Program's width, its lower bits noise."""
    extra = fmt.bits - 8
    low = rng.integers(0, 1 << extra, picture.shape)
    return (picture.astype(np.int64) << extra | low).astype(fmt.dtype)
