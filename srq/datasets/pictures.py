"""A picture file as training sees it: 8 bits, gray or RGB, without alpha."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.image.depth import to_depth
from srq.image.io import read


def read_uint8(path: Path | str) -> NDArray[np.uint8]:
    """The pixels of a picture file, uint8 (H, W) or (H, W, 3); alpha is dropped.

    Raises ImageError, naming the file, if it is damaged or no picture.
    """
    return to_depth(read(path).pixels, np.uint8)
