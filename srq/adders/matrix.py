"""A convolution as a matrix: every output channel over the taps of a window."""

import numpy as np
from numpy.typing import NDArray


def matrix_of(weight: NDArray[np.integer], groups: int = 1) -> NDArray[np.int64]:
    """The matrix (out, rows * columns * in) of a weight (out, in / groups, rows, columns).

    Taps are in the order of a window that comes pixel by pixel: the channel fastest, then the
    column, then the row. What a group does not read is zero.
    """
    out, inner, rows, columns = weight.shape
    matrix = np.zeros((out, rows, columns, inner * groups), dtype=np.int64)
    each = out // groups
    for group in range(groups):
        outputs = slice(group * each, (group + 1) * each)
        inputs = slice(group * inner, (group + 1) * inner)
        matrix[outputs, :, :, inputs] = weight[outputs].transpose(0, 2, 3, 1)
    return matrix.reshape(out, -1)
