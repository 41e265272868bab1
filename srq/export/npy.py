"""Arrays as the bytes of .npy files."""

import io

import numpy as np
from numpy.typing import NDArray


def npy(array: NDArray) -> bytes:
    """``array`` as a .npy file: little-endian, the same bytes on every machine."""
    stream = io.BytesIO()
    little = array.astype(array.dtype.newbyteorder("<"))
    np.lib.format.write_array(stream, np.ascontiguousarray(little), version=(1, 0))
    return stream.getvalue()
