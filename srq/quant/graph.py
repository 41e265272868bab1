"""A network's layers as the graph of its quantized twin: nodes, each rounded where it must be.

Sums are exact until something needs them narrow. A convolution reads narrow values, a ReLU is
a saturation and thereby narrow, the picture that leaves is 8 bits wide: only there is a value
rounded, once. Sums, pixel shuffles and upscales take what comes, exact or narrow.
"""

from dataclasses import dataclass, replace
from enum import Enum

from torch import nn

from srq.models.capture import Layer, LayerKind


class Rounding(Enum):
    """What a node's exact sum becomes."""

    SIGNED = "signed"
    RELU = "relu"
    PICTURE = "picture"


class NodeKind(Enum):
    """The ops of a Program; the value is the op's name there."""

    INPUT = "input"
    CONV = "conv"
    ADD = "add"
    REQUANTIZE = "requantize"
    SHUFFLE = "pixel_shuffle"
    NEAREST = "nearest_upsample"
    OUTPUT = "output"


@dataclass(frozen=True, eq=False)
class Node:
    """One op of the coming Program.

    rounding: of a CONV, ADD or REQUANTIZE; None keeps the exact sum. The rest is a Layer's.
    """

    name: str
    kind: NodeKind
    sources: tuple[str, ...] = ()
    conv: nn.Conv2d | None = None
    scale: int = 1
    rounding: Rounding | None = None


_KINDS = {
    LayerKind.INPUT: NodeKind.INPUT,
    LayerKind.CONV: NodeKind.CONV,
    LayerKind.ADD: NodeKind.ADD,
    LayerKind.SHUFFLE: NodeKind.SHUFFLE,
    LayerKind.NEAREST: NodeKind.NEAREST,
    LayerKind.OUTPUT: NodeKind.OUTPUT,
}
_RESHAPING = (NodeKind.SHUFFLE, NodeKind.NEAREST)


def quantized_graph(layers: tuple[Layer, ...]) -> tuple[Node, ...]:
    """The nodes of a network's layers, in order, each value rounded where it must be."""
    nodes = _with_roundings(layers)
    while (better := _simplified(nodes)) is not None:
        nodes = better
    return tuple(nodes)


def _with_roundings(layers: tuple[Layer, ...]) -> list[Node]:
    """Every rounding as a node of its own, in front of what asks for it."""
    nodes: list[Node] = []
    exact: dict[str, bool] = {}
    # What stands for a layer's value: itself, or itself rounded.
    current: dict[str, str] = {}

    def append(node: Node, *, is_exact: bool) -> None:
        nodes.append(node)
        exact[node.name] = is_exact

    def rounded(source: str, rounding: Rounding, name: str) -> str:
        append(
            Node(name, NodeKind.REQUANTIZE, (source,), rounding=rounding),
            is_exact=False,
        )
        return name

    for layer in layers:
        sources = tuple(current[source] for source in layer.sources)
        if layer.kind is LayerKind.RELU:
            current[layer.name] = rounded(sources[0], Rounding.RELU, layer.name)
            continue
        if layer.kind is LayerKind.CONV and exact[sources[0]]:
            # From here on all read the narrow value, so that only one has to be kept.
            narrow = rounded(sources[0], Rounding.SIGNED, f"{sources[0]}_rounded")
            current[layer.sources[0]] = narrow
            sources = (narrow,)
        if layer.kind is LayerKind.OUTPUT:
            sources = (rounded(sources[0], Rounding.PICTURE, "picture"),)
        reshaping = layer.kind in (LayerKind.SHUFFLE, LayerKind.NEAREST)
        append(
            Node(layer.name, _KINDS[layer.kind], sources, layer.conv, layer.scale),
            is_exact=layer.kind in (LayerKind.CONV, LayerKind.ADD)
            or (reshaping and exact[sources[0]]),
        )
        current[layer.name] = layer.name
    return nodes


def _simplified(nodes: list[Node]) -> list[Node] | None:
    """One rounding merged with the node before it, or moved before it; None if none can be."""
    by_name = {node.name: node for node in nodes}
    for node in nodes:
        if node.kind is not NodeKind.REQUANTIZE:
            continue
        source = by_name[node.sources[0]]
        if sum(other.sources.count(source.name) for other in nodes) > 1:
            continue
        if source.kind in (NodeKind.CONV, NodeKind.ADD) and source.rounding is None:
            return _replaced(nodes, node, replace(source, rounding=node.rounding))
        if source.rounding is Rounding.RELU and node.rounding is Rounding.PICTURE:
            # A picture has nothing below zero: the ReLU changes nothing but the precision.
            return _replaced(nodes, node, replace(source, rounding=node.rounding))
        if source.rounding is Rounding.RELU and node.rounding is Rounding.RELU:
            return _replaced(nodes, node, source)
        if source.kind in _RESHAPING:
            return _swapped(nodes, source, node)
    return None


def _replaced(nodes: list[Node], gone: Node, by: Node) -> list[Node]:
    """``by`` in the place of the node of its name, its readers those of ``gone``."""
    return [
        by if node.name == by.name else _reading(node, gone.name, by.name)
        for node in nodes
        if node is not gone
    ]


def _swapped(nodes: list[Node], shape: Node, rounding: Node) -> list[Node]:
    """``rounding`` in front of ``shape``, which it followed."""
    first = replace(rounding, sources=shape.sources)
    second = replace(shape, sources=(rounding.name,))
    swapped: list[Node] = []
    for node in nodes:
        if node is shape:
            swapped += [first, second]
        elif node is not rounding:
            swapped.append(_reading(node, rounding.name, shape.name))
    return swapped


def _reading(node: Node, old: str, new: str) -> Node:
    return replace(node, sources=tuple(new if name == old else name for name in node.sources))
