"""A float network as the few layers that integers can compute, found by tracing it."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.proxy import TraceError
from torch.nn import functional as F

from srq.errors import ModelError
from srq.models.bicubic import bicubic_upscale


class LayerKind(Enum):
    """What a layer computes; the value is how a message calls it."""

    INPUT = "the picture"
    CONV = "a convolution"
    RELU = "a ReLU"
    ADD = "a sum"
    SHUFFLE = "a pixel shuffle"
    NEAREST = "a nearest-neighbour upscale"
    OUTPUT = "the result"


@dataclass(frozen=True, eq=False)
class Layer:
    """One step of a network: it reads the values of ``sources`` and makes the value ``name``.

    name:    an identifier of lower-case letters, digits and underscores, unique in its network.
    conv:    a CONV's module, with stride 1, no dilation and a padding that keeps the size.
    scale:   by how much a SHUFFLE or NEAREST enlarges the picture.
    """

    name: str
    kind: LayerKind
    sources: tuple[str, ...] = ()
    conv: nn.Conv2d | None = None
    scale: int = 1


def capture(network: nn.Module) -> tuple[Layer, ...]:
    """The layers of a network in order, INPUT ("lr") first and OUTPUT ("hr") last.

    What the result does not depend on is left out. Raises ModelError, with the layer and the
    reason, for anything that a Program has no op for.
    """
    try:
        # What would fill a graph with arithmetic is better refused by its name.
        graph = fx.Tracer(autowrap_functions=(bicubic_upscale,)).trace(network)
    except (TraceError, TypeError) as error:
        raise ModelError(
            f"The network cannot be traced ({error}); write its forward without branches on values."
        ) from None
    return _Reader(network).read(graph)


class _Reader:
    """Goes through a traced graph once."""

    def __init__(self, network: nn.Module) -> None:
        self._modules = dict(network.named_modules())
        self._layers: list[Layer] = []
        self._names: set[str] = set()
        # A node that changes nothing stands for its source.
        self._made: dict[fx.Node, str] = {}

    def read(self, graph: fx.Graph) -> tuple[Layer, ...]:
        needed = _needed(graph)
        for node in graph.nodes:
            if node in needed:
                self._node(node)
        return tuple(self._layers)

    def _node(self, node: fx.Node) -> None:
        match node.op:
            case "placeholder":
                if any(layer.kind is LayerKind.INPUT for layer in self._layers):
                    raise ModelError("A network must take one picture, but this one takes more.")
                self._append(node, "lr", LayerKind.INPUT)
            case "output":
                self._append(node, "hr", LayerKind.OUTPUT, self._source(node, node.args[0]))
            case "call_module":
                self._module(node, self._modules[str(node.target)])
            case "call_function" | "call_method":
                self._function(node)
            case _:
                raise _refusal(node, "reads a tensor that is no layer's weight")

    def _module(self, node: fx.Node, module: nn.Module) -> None:
        source = self._source(node, node.args[0])
        match module:
            case nn.Conv2d():
                _check_conv(node, module)
                name = re.sub(r"\W", "_", str(node.target)).lower()
                self._append(node, name, LayerKind.CONV, source, conv=module)
            case nn.ReLU():
                self._append(node, "relu", LayerKind.RELU, source)
            case nn.PixelShuffle():
                self._append(
                    node, "shuffled", LayerKind.SHUFFLE, source, scale=module.upscale_factor
                )
            case nn.Upsample():
                scale = _nearest_scale(node, module.scale_factor, module.mode)
                self._append(node, "nearest", LayerKind.NEAREST, source, scale=scale)
            case nn.Identity():
                self._made[node] = source
            case _:
                raise _refusal(node, _REASONS.get(type(module), "is no op of a Program"), module)

    def _function(self, node: fx.Node) -> None:
        target = node.target
        if target in _ADDITIONS:
            if len(node.args) != 2 or node.kwargs:
                raise _refusal(node, "must add two values, without alpha")
            sources = tuple(self._source(node, arg) for arg in node.args)
            self._append(node, "sum", LayerKind.ADD, *sources)
        elif target in _RELUS:
            self._append(node, "relu", LayerKind.RELU, self._source(node, node.args[0]))
        elif target in _SHUFFLES:
            scale = _argument(node, 1, "upscale_factor")
            source = self._source(node, node.args[0])
            self._append(node, "shuffled", LayerKind.SHUFFLE, source, scale=scale)
        elif target is F.interpolate:
            if _argument(node, 1, "size") is not None:
                raise _refusal(node, "must enlarge by a scale_factor, not to a size")
            mode = _argument(node, 3, "mode") or "nearest"
            scale = _nearest_scale(node, _argument(node, 2, "scale_factor"), mode)
            source = self._source(node, node.args[0])
            self._append(node, "nearest", LayerKind.NEAREST, source, scale=scale)
        else:
            raise _refusal(node, _REASONS.get(target, "is no op of a Program"))

    def _source(self, node: fx.Node, argument: Any) -> str:
        if not isinstance(argument, fx.Node):
            raise _refusal(node, f"must read values of the network alone, not {argument!r}")
        return self._made[argument]

    def _append(
        self, node: fx.Node, name: str, kind: LayerKind, *sources: str, **fields: Any
    ) -> None:
        unique, number = name, 1
        while unique in self._names:
            number += 1
            unique = f"{name}_{number}"
        self._names.add(unique)
        self._made[node] = unique
        self._layers.append(Layer(unique, kind, sources, **fields))


def _needed(graph: fx.Graph) -> set[fx.Node]:
    """The pictures that go in, the result, and all that it depends on."""
    needed = {node for node in graph.nodes if node.op in ("placeholder", "output")}
    for node in reversed(graph.nodes):
        if node in needed:
            needed.update(node.all_input_nodes)
    return needed


_ADDITIONS = (operator.add, operator.iadd, torch.add, "add", "add_")
_RELUS = (F.relu, torch.relu, torch.relu_, "relu", "relu_")
_SHUFFLES = (F.pixel_shuffle, torch.pixel_shuffle)

_NOT_RELU = "is another activation: only ReLU is exact in integers (build the network with relu)"
_REASONS: dict[Any, str] = {
    nn.PReLU: "has slopes below zero: only ReLU is exact in integers (build the network with relu)",
    nn.Tanh: _NOT_RELU,
    nn.Sigmoid: _NOT_RELU,
    torch.tanh: _NOT_RELU,
    torch.sigmoid: _NOT_RELU,
    nn.ConvTranspose2d: "is transposed: use a convolution and a pixel shuffle instead",
    bicubic_upscale: "weighs with fractions: use the nearest-neighbour upscale instead",
    nn.BatchNorm2d: "normalises: fold it into the convolution before it",
}


def _check_conv(node: fx.Node, conv: nn.Conv2d) -> None:
    if conv.stride != (1, 1) or conv.dilation != (1, 1):
        raise _refusal(node, "must have stride 1 and dilation 1", conv)
    if conv.padding_mode != "zeros":
        raise _refusal(node, f"must pad with zeros, not {conv.padding_mode}", conv)
    if isinstance(conv.padding, str):
        keeps = conv.padding == "same" or conv.kernel_size == (1, 1)
    else:
        keeps = all(2 * p == k - 1 for p, k in zip(conv.padding, conv.kernel_size, strict=True))
    if not keeps:
        raise _refusal(node, "must keep the picture's size: pad by half its kernel", conv)


def _nearest_scale(node: fx.Node, factor: Any, mode: str) -> int:
    factors = set(factor) if isinstance(factor, tuple) else {factor}
    scale = factors.pop()
    if factors or not isinstance(scale, int | float) or scale != int(scale) or scale < 2:
        raise _refusal(node, f"must enlarge by one whole number from 2 on, not {factor}")
    if mode not in ("nearest", "nearest-exact"):
        raise _refusal(node, f"must repeat pixels (mode 'nearest'), not '{mode}'")
    return int(scale)


def _argument(node: fx.Node, position: int, name: str) -> Any:
    return node.args[position] if len(node.args) > position else node.kwargs.get(name)


def _refusal(node: fx.Node, reason: str, module: nn.Module | None = None) -> ModelError:
    target: str | Callable[..., Tensor] = node.target
    what = getattr(target, "__name__", str(target))
    kind = f" ({type(module).__name__})" if module is not None else ""
    return ModelError(f"The network cannot become integers: '{what}'{kind} {reason}.")
