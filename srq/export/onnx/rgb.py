"""RGB of 0 to 1 around a network that knows luma only, as ``srq upscale`` does it.

The network sees studio-range BT.601 luma Y. With bicubic enlargement B, each channel becomes

    c' = B(c - gain Y) + gain network(Y),    gain = 255 / 219

which is the way to YCbCr and back, where Cb and Cr are enlarged by B. See docs/guide/upscale.md.
"""

import numpy as np
from numpy.typing import NDArray

from srq.export.onnx.cubic import add_bicubic
from srq.export.onnx.forms import Core, Form, to_codes
from srq.export.onnx.graph import INPUT, Graph
from srq.export.onnx.operators import clip, convolve, over, plus, times

_PEAK, _BLACK, _SPAN = 255, 16, 219
_WEIGHTS = 299, 587, 114
"""Of red, green and blue in luma, in thousandths."""

_GAIN, _UNIT = _PEAK // 3, _SPAN // 3
"""gain = _GAIN / _UNIT. All is counted in 1/_UNIT of a code, to stay with whole numbers."""


def add_rgb(graph: Graph, core: Core) -> None:
    """Append luma, the network and bicubic; the last node makes RGB of 0 to 1, clipped.

    ``core`` must be of 8-bit luma.
    """
    picture = clip(graph, INPUT, 0, 1)
    if core.exact:
        luma = whole_luma(graph, picture)
        made = core.append(graph, luma)
    else:
        luma = _luma(graph, picture)
        made = times(graph, core.append(graph, over(graph, luma, _PEAK)), _PEAK)
    rest = graph.op("Sub", times(graph, picture, _PEAK * _UNIT), times(graph, luma, _GAIN))
    if core.scale > 1:
        rest = add_bicubic(graph, rest, 3, core.scale)
    total = graph.op("Add", rest, times(graph, made, _GAIN))
    clip(graph, over(graph, total, _PEAK * _UNIT), 0, 1)


RGB = Form("rgb", 3, False, add_rgb)


def _luma(graph: Graph, picture: str) -> str:
    """Studio luma as it comes: 16 + 219 (0.299 R + 0.587 G + 0.114 B)."""
    return _weighed(graph, picture, np.array(_WEIGHTS) * (_SPAN / 1000), _BLACK)


def whole_luma(graph: Graph, picture: str) -> str:
    """Studio luma of the nearest 8-bit codes, rounded half up: that of ``srq.image.colour``.

    With the sum S = 299 R + 587 G + 114 B it is 16 + floor(S * 73/85000 + 1/2). Taken from
    S - 85000, all that is multiplied here stays a whole number below 2^24, so the quotient is
    the only thing rounded. It is a multiple of 1/85000, and at a magnitude below 256 that is
    farther from the next whole number than float32 can be off.
    """
    divisor = _PEAK * 1000 // 3
    total = _weighed(graph, to_codes(graph, picture, _PEAK), np.array(_WEIGHTS), -divisor)
    quotient = over(graph, plus(graph, times(graph, total, _UNIT), divisor / 2), divisor)
    return plus(graph, graph.op("Floor", quotient), _UNIT + _BLACK)


def _weighed(graph: Graph, picture: str, weights: NDArray, added: float) -> str:
    """The three channels weighed together to one."""
    kernel = graph.constant(weights.reshape(1, 3, 1, 1), np.float32)
    return convolve(graph, picture, kernel, graph.constant([added], np.float32), kernel=(1, 1))
