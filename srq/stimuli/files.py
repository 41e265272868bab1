"""A picture of the user's as a stimulus."""

from os import PathLike
from pathlib import Path

import numpy as np

from srq.errors import ImageError
from srq.fixed import Format
from srq.image.colour import luma
from srq.image.depth import to_depth
from srq.image.io import read
from srq.stimuli import Stimulus

MOST_PIXELS = 1 << 16
"""The largest picture that a user may give: its tensors as text are some hundred times larger."""


def read_stimulus(path: str | PathLike[str], fmt: Format) -> Stimulus:
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
    return Stimulus("picture", gray.astype(fmt.dtype), "given")
