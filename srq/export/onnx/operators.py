"""The operators that networks and forms are made of, as nodes. Each returns its tensor.

All tensors are (N, channels, H, W).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from srq.export.onnx.graph import Graph


def convolve(
    graph: Graph,
    source: str,
    weight: str,
    bias: str = "",
    *,
    kernel: Sequence[int],
    groups: int = 1,
    padding: Sequence[int] = (0, 0, 0, 0),
) -> str:
    """A convolution of stride 1; ``kernel`` is its height and width, ``padding`` the zeros at the
    top, bottom, left and right."""
    top, bottom, left, right = padding
    inputs = [source, weight, *([bias] if bias else [])]
    pads = [top, left, bottom, right]
    return graph.op("Conv", *inputs, group=groups, kernel_shape=list(kernel), pads=pads)


def shuffle(graph: Graph, source: str, scale: int) -> str:
    """Channels as pixels, as a Program's pixel_shuffle does."""
    return graph.op("DepthToSpace", source, blocksize=scale, mode="CRD")


def nearest(graph: Graph, source: str, scale: int) -> str:
    """Every pixel repeated; done with the operator whose rule leaves no room for rounding."""
    copies = graph.op("Concat", *[source] * scale**2, axis=1)
    return graph.op("DepthToSpace", copies, blocksize=scale, mode="DCR")


def plus(graph: Graph, source: str, number: ArrayLike, dtype: Any = np.float32) -> str:
    """``number``, or an array that goes with the tensor, added."""
    return graph.op("Add", source, graph.constant(number, dtype))


def times(graph: Graph, source: str, number: float, dtype: Any = np.float32) -> str:
    """Multiplied by ``number``."""
    return graph.op("Mul", source, graph.constant(number, dtype))


def over(graph: Graph, source: str, number: float) -> str:
    """Divided by ``number``, correctly rounded."""
    return graph.op("Div", source, graph.constant(number, np.float32))


def clip(graph: Graph, source: str, low: float, high: float, dtype: Any = np.float32) -> str:
    """What is below ``low`` or above ``high`` brought there."""
    return graph.op("Clip", source, graph.constant(low, dtype), graph.constant(high, dtype))
