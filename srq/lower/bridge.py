"""From a twin's nodes to a Program's ops, one to one, under the same names."""

from collections.abc import Mapping

from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    Output,
    Padding,
    PixelShuffle,
    Program,
    Requantize,
)
from srq.quant.graph import Node, NodeKind
from srq.quant.twin import PICTURE, Twin


def lower(twin: Twin, *, name: str = "", provenance: Mapping[str, str] | None = None) -> Program:
    """The Program that computes what ``twin`` does in float64, value by value, bit for bit.

    Its values carry the names of the twin's nodes. ``name`` and ``provenance`` are its card.
    Raises ProgramError, with the op and the bound, where a sum could overflow an int32.
    """
    fracs = twin.fracs()
    return Program(
        [_op(node, twin, fracs) for node in twin.nodes], name=name, provenance=provenance
    )


def _op(node: Node, twin: Twin, fracs: Mapping[str, int]) -> Op:
    match node.kind:
        case NodeKind.INPUT:
            return Input(node.name, PICTURE)
        case NodeKind.CONV:
            return _conv(node, twin, fracs[node.sources[0]])
        case NodeKind.ADD:
            first, second = node.sources
            return Add(node.name, first, second, _format(node, twin))
        case NodeKind.REQUANTIZE:
            return Requantize(node.name, node.sources[0], twin.rounding(node.name).format)
        case NodeKind.SHUFFLE:
            return PixelShuffle(node.name, node.sources[0], node.scale)
        case NodeKind.NEAREST:
            return NearestUpsample(node.name, node.sources[0], node.scale)
        case NodeKind.OUTPUT:
            return Output(node.name, node.sources[0])


def _conv(node: Node, twin: Twin, frac: int) -> Conv:
    conv = twin.conv(node.name)
    numbers = conv.integers(frac)
    return Conv(
        node.name,
        node.sources[0],
        numbers.weight,
        weight_bits=twin.weight_bits,
        weight_frac=numbers.fracs,
        groups=conv.groups,
        padding=Padding(*conv.padding),
        format=_format(node, twin),
        bias=numbers.bias,
    )


def _format(node: Node, twin: Twin) -> Format | None:
    return None if node.rounding is None else twin.rounding(node.name).format
