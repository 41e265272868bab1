"""What goes in and out around a network: code values of luma, or gray of 0 to 1."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from onnx import ModelProto

from srq.export.onnx.graph import INPUT, OUTPUT, Graph, tensor_info
from srq.export.onnx.operators import clip, over, plus, times
from srq.fixed import Format


@dataclass(frozen=True)
class Core:
    """A network, ready to be put into a graph.

    scale:  by how much it enlarges.
    input:  the format of the code values that it reads.
    output: the format of those that it makes.
    exact:  whether it reads and makes whole code values, as float32. If not, it reads and makes
            any values from 0 for black to 1 for white.
    append: appends it to a graph: from a float32 tensor (N, 1, H, W) to one (N, 1, sH, sW).
    """

    scale: int
    input: Format
    output: Format
    exact: bool
    append: Callable[[Graph, str], str]


@dataclass(frozen=True)
class Form:
    """What a model takes and gives.

    channels: of both tensors, (N, channels, H, W) and (N, channels, sH, sW).
    codes:    whether they are code values, unsigned integers; else they are float32 of 0 to 1.
    append:   appends a network and what is around it; the last node makes the output.
    """

    name: str
    channels: int
    codes: bool
    append: Callable[[Graph, Core], None]


def model_of(core: Core, form: Form, *, name: str, metadata: Mapping[str, str]) -> ModelProto:
    """The model of a network in a form; N, H and W are free."""
    graph = Graph()
    form.append(graph, core)
    graph.call_last(OUTPUT)
    read, written = (fmt.dtype if form.codes else np.float32 for fmt in (core.input, core.output))
    s, c = core.scale, form.channels
    return graph.model(
        name,
        tensor_info(INPUT, read, ["N", c, "H", "W"]),
        tensor_info(OUTPUT, written, ["N", c, f"{s}*H", f"{s}*W"]),
        metadata=metadata,
    )


def add_luma(graph: Graph, core: Core) -> None:
    """Append the network between code values."""
    values = graph.cast(INPUT, np.float32)
    if not core.exact:
        values = over(graph, values, core.input.hi)
    elif core.input.hi < np.iinfo(core.input.dtype).max:
        # Beyond the format the proof does not reach.
        values = clip(graph, values, 0, core.input.hi)
    values = core.append(graph, values)
    if not core.exact:
        values = to_codes(graph, values, core.output.hi)
    graph.cast(values, core.output.dtype)


def add_gray(graph: Graph, core: Core) -> None:
    """Append the network between code values divided by the greatest."""
    values = clip(graph, INPUT, 0, 1)
    if core.exact:
        codes = core.append(graph, to_codes(graph, values, core.input.hi))
        over(graph, codes, core.output.hi)
    else:
        clip(graph, core.append(graph, values), 0, 1)


LUMA = Form("luma", 1, True, add_luma)
GRAY = Form("gray", 1, False, add_gray)


def to_codes(graph: Graph, values: str, peak: int) -> str:
    """0 to 1 as the nearest of 0 to ``peak``, halves up; what is beyond is cut off."""
    raised = plus(graph, times(graph, values, peak), 0.5)
    return graph.op("Floor", clip(graph, raised, 0, peak))
