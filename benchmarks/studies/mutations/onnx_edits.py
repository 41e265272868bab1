"""Single edits to an ONNX file: elements of its constants, and the pads of its convolutions.

A shift is a factor in the weights there, and the rounding half stands in the bias.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from benchmarks.studies.mutations.mutant import Files, Mutant

Change = Callable[[], Mutant]


def onnx_edits(target: str, kind: str, files: Files) -> Iterator[Change]:
    """What makes each of the mutants of this kind."""
    (file,) = (path for path in files if path.endswith(".onnx"))
    model = onnx.load_from_string(files[file])
    if kind == "halo":
        for node in model.graph.node:
            if node.op_type == "Conv":
                yield from _pads(target, files, file, node)
        return
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        for index, new in _changes(kind, tensor.name, array):
            yield partial(_with_constant, target, kind, files, file, tensor.name, index, new)


def _changes(
    kind: str, name: str, array: NDArray
) -> Iterator[tuple[tuple[int, ...] | None, NDArray]]:
    """Where in a constant (None: everywhere) and what to put there."""
    part = name.partition("/")[2]
    if kind == "weight" and part.startswith("weight"):
        step = _step(array)
        for index in np.ndindex(array.shape):
            yield index, array[index] - step
            yield index, array[index] + step
    elif kind == "shift" and part == "weight":
        for channel in range(len(array)):
            yield (channel,), array[channel] * 2
            yield (channel,), array[channel] / 2
    elif kind == "rounding" and part == "bias":
        for channel in range(len(array)):
            yield (channel,), array[channel] - 0.5
    elif kind == "saturation" and not part and array.size == 1:
        for new in (array - 1, array + 1, array * 4):
            yield None, new


def _step(array: NDArray) -> float:
    """The largest power of two that all elements are multiples of: one step of a weight."""
    step = 1.0
    while np.any(array % step):
        step /= 2
    return step


def _with_constant(
    target: str,
    kind: str,
    files: Files,
    file: str,
    name: str,
    index: tuple[int, ...] | None,
    new: NDArray,
) -> Mutant:
    model = onnx.load_from_string(files[file])
    (tensor,) = (tensor for tensor in model.graph.initializer if tensor.name == name)
    array = numpy_helper.to_array(tensor).copy()
    at = ... if index is None else index
    before = _written(array[at])
    array[at] = new
    tensor.CopyFrom(numpy_helper.from_array(array, name))
    place = name if index is None else f"{name}{list(index)}"
    altered = {**files, file: model.SerializeToString(deterministic=True)}
    return Mutant(target, kind, file, place, before, _written(array[at]), altered)


def _written(values: NDArray) -> str:
    numbers = [f"{number:.9g}" for number in np.ravel(values)]
    more = ", ..." if len(numbers) > 4 else ""
    return ", ".join(numbers[:4]) + more


def _pads(target: str, files: Files, file: str, node: onnx.NodeProto) -> Iterator[Change]:
    """A line or a column less on one side and more on the other: the size stays."""
    (pads,) = (list(attribute.ints) for attribute in node.attribute if attribute.name == "pads")
    for side, other in ((0, 2), (2, 0), (1, 3), (3, 1)):
        if pads[side]:
            moved = list(pads)
            moved[side] -= 1
            moved[other] += 1
            yield partial(_with_pads, target, files, file, node.name or node.output[0], moved)


def _with_pads(target: str, files: Files, file: str, name: str, pads: list[int]) -> Mutant:
    model = onnx.load_from_string(files[file])
    (node,) = (node for node in model.graph.node if name in (node.name, *node.output))
    (attribute,) = (attribute for attribute in node.attribute if attribute.name == "pads")
    before = str(list(attribute.ints))
    attribute.ints[:] = pads
    altered = {**files, file: model.SerializeToString(deterministic=True)}
    return Mutant(target, "halo", file, f"{name} pads", before, str(pads), altered)
