"""A sample of a large picture, on which a search is cheap."""

import numpy as np

from srq.image.picture import Picture

LARGE = 1 << 21
"""Pixels above which a search looks at a sample first."""

TILES, SIDE = 4, 256
"""A sample has so many tiles down and across, of so many pixels a side."""


def sample_of(picture: Picture) -> Picture | None:
    """Tiles from all over a large picture, side by side; None where it is not large."""
    height, width = picture.size
    if height * width <= LARGE or min(height, width) < TILES * SIDE:
        return None
    rows, columns = (
        [round(number * (length - SIDE) / (TILES - 1)) for number in range(TILES)]
        for length in (height, width)
    )
    pixels = picture.pixels
    lines = [
        np.hstack([pixels[top : top + SIDE, left : left + SIDE] for left in columns])
        for top in rows
    ]
    return Picture(np.vstack(lines))
