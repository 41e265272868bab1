"""Near duplicates, by the SHA-256 of files and a perceptual hash of pictures.

The hash is the usual one of 64 bits: signs of the lowest frequencies of a small gray copy. It is
a dozen lines, where ImageHash would bring SciPy and PyWavelets.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srq.datasets.curate.scorers.planes import cosines, luma_plane

HASH = "phash"
HASH_VERSION = "1"
_SIDE = 32
_LOW = 8
_PIECE = 1 << 12


def perceptual_hash(pixels: NDArray[np.uint8]) -> int:
    """64 bits that little resizing, recompressing or noise changes."""
    gray = Image.fromarray(luma_plane(pixels).astype(np.uint8))
    small = np.asarray(gray.resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float64)
    low = (cosines(_SIDE) @ small @ cosines(_SIDE).T)[:_LOW, :_LOW].ravel()
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def drop_duplicates(
    hashes: Sequence[int], contents: Sequence[str], order: Sequence[int], distance: int
) -> dict[int, tuple[int, int]]:
    """The pictures that go: for each, the better one that it repeats, and how many bits differ.

    ``order`` lists all indices, the best first; each that stays drops those near it. Equal
    ``contents`` repeat each other whatever their hashes.
    """
    near: dict[int, dict[int, int]] = {}
    for a, b, bits in near_pairs(np.array(hashes, np.uint64), distance):
        near.setdefault(a, {})[b] = bits
        near.setdefault(b, {})[a] = bits
    first: dict[str, int] = {}
    gone: dict[int, tuple[int, int]] = {}
    for index in order:
        if index in gone:
            continue
        if contents[index] in first:
            gone[index] = first[contents[index]], 0
            continue
        first[contents[index]] = index
        for other, bits in near.get(index, {}).items():
            gone.setdefault(other, (index, bits))
    return gone


def near_pairs(hashes: NDArray[np.uint64], distance: int) -> Iterator[tuple[int, int, int]]:
    """Each pair (a, b) of hashes that differ in at most ``distance`` bits, and in how many.

    The 64 bits are cut into distance + 1 bands: a near pair is equal in one of them, so that only
    hashes with an equal band are compared.
    """
    edges = [64 * band // (distance + 1) for band in range(distance + 2)]
    for band, (low, high) in enumerate(pairwise(edges)):
        values = (hashes >> np.uint64(low)) & np.uint64((1 << (high - low)) - 1)
        order = np.argsort(values, kind="stable")
        starts = np.flatnonzero(np.diff(values[order])) + 1
        for group in np.split(order, starts):
            for place in range(len(group) - 1):
                here = group[place]
                for begin in range(place + 1, len(group), _PIECE):
                    there = group[begin : begin + _PIECE]
                    unlike = hashes[here] ^ hashes[there]
                    bits = _count(unlike)
                    for k in np.flatnonzero(bits <= distance):
                        if not _met_before(int(unlike[k]), edges, band):
                            yield int(here), int(there[k]), int(bits[k])


def _met_before(unlike: int, edges: Sequence[int], band: int) -> bool:
    """Whether an earlier band is equal already, so that the pair was found there."""
    bands = pairwise(edges[: band + 1])
    return any(not (unlike >> low) & ((1 << (high - low)) - 1) for low, high in bands)


def _count(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    bits = np.unpackbits(np.ascontiguousarray(values).view(np.uint8).reshape(-1, 8), axis=1)
    return bits.sum(axis=1, dtype=np.int64)
