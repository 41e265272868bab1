"""Pictures that are like photographs, and photographs where scikit-image is at hand."""

import numpy as np
from numpy.typing import NDArray

from srq.fixed import Format
from srq.stimuli.patterns import SEED, noise

_SAMPLE_SEED = 1999


def natural() -> dict[str, NDArray[np.uint8]]:
    """Luma of 130 x 130 by name: two photographs where scikit-image is at hand, and a made-up one.

    They are cut out where there is detail: the photographer's camera, the astronaut's face.
    """
    pictures = {"clouds": clouds(130)}
    try:
        from skimage import data
    except ImportError:
        return pictures
    face = data.astronaut()[60:190, 160:290].astype(np.int64) @ (77, 150, 29) >> 8
    pictures["camera"] = np.ascontiguousarray(data.camera()[90:220, 200:330])
    pictures["astronaut"] = face.astype(np.uint8)
    return pictures


def deepened(picture: NDArray[np.uint8], fmt: Format, rng: np.random.Generator) -> NDArray:
    """An 8-bit picture in the Program's width, its lower bits noise."""
    extra = fmt.bits - 8
    low = rng.integers(0, 1 << extra, picture.shape)
    return (picture.astype(np.int64) << extra | low).astype(fmt.dtype)


def textured(fmt: Format) -> NDArray:
    """32 x 24: noise, the coarser the stronger; a slanted edge; fine lines in a corner."""
    rng = np.random.default_rng(SEED)
    shape = 32, 24
    total = _octaves(rng, shape, (16, 8, 4, 2, 1), 2)
    y, x = np.indices(shape)
    total += np.where(3 * x > y + 12, 70, -50)
    total += np.where((y > 20) & (x > 14), 40 * (x % 2), 0)
    return (np.clip(128 + total, 0, 255) * fmt.hi // 255).astype(fmt.dtype)


def noise_and_edge(fmt: Format, shape: tuple[int, int]) -> NDArray:
    """Noise to the left, a slanted edge to the right."""
    grains = noise(fmt, shape, np.random.default_rng(_SAMPLE_SEED))
    y, x = np.indices(shape)
    width = shape[1]
    edge = np.where(2 * x > y + width, fmt.hi - fmt.hi // 8, fmt.hi // 4) - y * (fmt.hi // 64)
    return np.where(2 * x < width, grains, edge).astype(fmt.dtype)


def clouds(side: int) -> NDArray[np.uint8]:
    """Noise whose amplitude falls as the inverse of frequency, as in photographs, and an edge."""
    rng = np.random.default_rng(SEED)
    picture = _octaves(rng, (side, side), (64, 32, 16, 8, 4, 2, 1), 1)
    y, x = np.indices((side, side))
    picture += np.where(3 * y > 2 * x + 40, 60, -20)
    return np.clip(128 + picture, 0, 255).astype(np.uint8)


def _octaves(
    rng: np.random.Generator, shape: tuple[int, int], steps: tuple[int, ...], strength: int
) -> NDArray[np.int64]:
    """Sums of noise in squares of ``steps`` pixels, as strong as they are large."""
    rows, columns = shape
    total = np.zeros(shape, np.int64)
    for step in steps:
        most = strength * step
        coarse = rng.integers(-most, most + 1, (rows // step + 1, columns // step + 1))
        total += coarse.repeat(step, axis=0).repeat(step, axis=1)[:rows, :columns]
    return total
