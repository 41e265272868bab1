"""Bicubic enlargement as MATLAB's imresize does it, in standard operators.

The operator Resize repeats the border, MATLAB mirrors it. The picture is therefore mirrored by
two pixels first; then each of the scale x scale positions in a pixel is a convolution of 5 x 5.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from srq.export.onnx.graph import Graph
from srq.export.onnx.operators import convolve, shuffle
from srq.image.kernel import cubic_kernel

_TAPS = 2
"""How many pixels cubic interpolation sees to each side."""


def add_bicubic(graph: Graph, picture: str, channels: int, scale: int) -> str:
    """Append the enlargement of ``picture``, float32 (N, channels, H, W), by ``scale``.

    Neither rounded nor clipped; the same as ``srq.image.resize.bicubic``, but in float32.
    """
    phases = _phases(scale)
    # Output channel (c * scale + y) * scale + x: the pixel at (y, x) of channel c's block.
    weight = np.einsum("yi,xj->yxij", phases, phases).reshape(scale**2, 1, *phases.shape[1:] * 2)
    weight = np.tile(weight, (channels, 1, 1, 1))
    surrounded = _mirrored(graph, _mirrored(graph, _edged(graph, picture), axis=2), axis=3)
    kernel = graph.constant(weight, np.float32)
    blocks = convolve(graph, surrounded, kernel, kernel=weight.shape[2:], groups=channels)
    return shuffle(graph, blocks, scale)


def _phases(scale: int) -> NDArray[np.float64]:
    """The weights (scale, 5) of the pixels from 2 before to 2 after, for each position in one."""
    kernel = cubic_kernel(scale, Fraction(scale), antialias=True)
    phases = np.zeros((scale, 2 * _TAPS + 1))
    for phase, first, row in zip(phases, kernel.first, kernel.real, strict=True):
        phase[first + _TAPS :][: len(row)] = row
    return phases


def _edged(graph: Graph, picture: str) -> str:
    """``picture`` with its outermost pixels once more around it: mirrored by one."""
    pads = graph.constant([0, 0, 1, 1, 0, 0, 1, 1], np.int64)
    return graph.op("Pad", picture, pads, mode="edge")


def _mirrored(graph: Graph, edged: str, axis: int) -> str:
    """``edged`` mirrored by one more along ``axis``; it has three pixels there at least."""
    before, after = (
        graph.op("Slice", edged, *(graph.constant([n], np.int64) for n in (start, start + 1, axis)))
        for start in (2, -3)
    )
    return graph.op("Concat", before, edged, after, axis=axis)
