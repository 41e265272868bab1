"""A float network as the few layers that integers can compute, found by tracing it."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.proxy import TraceError
from torch.nn import functional as F

from srq.errors import ModelError
from srq.models import folding
from srq.models.bicubic import bicubic_upscale
from srq.models.refusals import CLAMPS, NO_OP, REASONS


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
    scale:   by how much a SHUFFLE or NEAREST enlarges the picture; of OUTPUT, the whole network.
    """

    name: str
    kind: LayerKind
    sources: tuple[str, ...] = ()
    conv: nn.Conv2d | None = None
    scale: int = 1


def capture(network: nn.Module) -> tuple[Layer, ...]:
    """The layers of a network in order, INPUT ("lr") first and OUTPUT ("hr") last.

    The network is any module that takes luma (N, 1, H, W) and gives (N, 1, s*H, s*W). What the
    result does not depend on is left out. Batch normalizations, by their running statistics, are
    folded into the convolutions before them; a PReLU or LeakyReLU becomes the sum of two ReLUs.
    Raises ModelError, with the layer, the reason and a way out, for anything that a Program has
    no op for.
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
        # Channels and scale of every value.
        self._shapes: dict[str, tuple[int, int]] = {}

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
                self._append(node, "lr", LayerKind.INPUT, shape=(1, 1))
            case "output":
                self._output(node)
            case "call_module":
                self._module(node, self._modules[str(node.target)])
            case "call_function" | "call_method":
                self._function(node)
            case _:
                raise _refusal(node, "reads a tensor that is no layer's weight")

    def _output(self, node: fx.Node) -> None:
        source = self._source(node, node.args[0])
        channels, scale = shape = self._shapes[source]
        if channels != 1:
            raise ModelError(
                f"The network cannot become integers: it gives {channels} channels, but a Program"
                " gives luma alone; let it end in 1 channel. srq enlarges colours beside it."
            )
        self._append(node, "hr", LayerKind.OUTPUT, source, shape=shape, scale=scale)

    def _module(self, node: fx.Node, module: nn.Module) -> None:
        source = self._source(node, node.args[0])
        match module:
            case nn.Conv2d():
                _check_conv(node, module)
                self._check_channels(node, module, source)
                self._conv(node, source, module)
            case nn.BatchNorm2d():
                self._batch_norm(node, module, source)
            case nn.PReLU() | nn.LeakyReLU():
                slopes = folding.slopes_of(module, self._shapes[source][0])
                self._prelu(node, slopes, source)
            case nn.ReLU():
                self._relu(node, source)
            case nn.PixelShuffle():
                self._shuffle(node, source, module.upscale_factor)
            case nn.Upsample():
                scale = _nearest_scale(node, module.scale_factor, module.mode)
                self._nearest(node, source, scale)
            case nn.Identity() | nn.Dropout() | nn.Dropout2d():
                self._made[node] = source
            case _:
                raise _refusal(node, REASONS.get(type(module), NO_OP), module)

    def _conv(self, node: fx.Node, source: str, conv: nn.Conv2d, name: str = "") -> None:
        name = name or re.sub(r"\W", "_", str(node.target)).lower()
        if not name[0].isalpha():
            name = f"conv_{name}"
        shape = conv.out_channels, self._shapes[source][1]
        self._append(node, name, LayerKind.CONV, source, shape=shape, conv=conv)

    def _check_channels(self, node: fx.Node, conv: nn.Conv2d, source: str) -> None:
        channels = self._shapes[source][0]
        if conv.in_channels == channels:
            return
        if source == self._layers[0].name:
            raise _refusal(
                node,
                f"reads {conv.in_channels} channels, but a Program reads luma alone: train the"
                " network on 1 channel (Y of YCbCr); srq enlarges colours beside it",
                conv,
            )
        raise _refusal(node, f"reads {conv.in_channels} channels, but is given {channels}", conv)

    def _own_conv(self, node: fx.Node, source: str) -> Layer | None:
        """The convolution that alone ``node`` reads, if it is one and nobody else reads it."""
        (layer,) = (layer for layer in self._layers if layer.name == source)
        readers = node.all_input_nodes[0].users
        return layer if layer.kind is LayerKind.CONV and len(readers) == 1 else None

    def _exchange(self, layer: Layer, conv: nn.Conv2d) -> None:
        """Give ``layer`` another convolution."""
        self._layers[self._layers.index(layer)] = replace(layer, conv=conv)
        self._shapes[layer.name] = conv.out_channels, self._shapes[layer.name][1]

    def _batch_norm(self, node: fx.Node, norm: nn.BatchNorm2d, source: str) -> None:
        before = self._own_conv(node, source)
        if before is None or before.conv is None:
            self._conv(node, source, folding.as_conv(norm))
            return
        self._exchange(before, folding.normalized(before.conv, norm))
        self._made[node] = source

    def _prelu(self, node: fx.Node, slopes: Tensor, source: str) -> None:
        """relu(x) - slope * relu(-x): x and -x side by side, a ReLU, and a 1x1 convolution."""
        before = self._own_conv(node, source)
        if before is not None and before.conv is not None:
            self._exchange(before, folding.both_signs(before.conv))
        else:
            self._conv(node, source, folding.signs(len(slopes)), f"{source}_signs")
            source = self._made[node]
        shape = self._shapes[source]
        self._append(node, "relu", LayerKind.RELU, source, shape=shape)
        self._conv(node, self._made[node], folding.two_slopes(slopes), "prelu")

    def _relu(self, node: fx.Node, source: str) -> None:
        self._append(node, "relu", LayerKind.RELU, source, shape=self._shapes[source])

    def _shuffle(self, node: fx.Node, source: str, by: int) -> None:
        channels, scale = self._shapes[source]
        if channels % by**2:
            raise _refusal(node, f"must read a multiple of {by**2} channels, not {channels}")
        if by == 1:
            self._made[node] = source
            return
        shape = channels // by**2, scale * by
        self._append(node, "shuffled", LayerKind.SHUFFLE, source, shape=shape, scale=by)

    def _nearest(self, node: fx.Node, source: str, by: int) -> None:
        channels, scale = self._shapes[source]
        if by == 1:
            self._made[node] = source
            return
        shape = channels, scale * by
        self._append(node, "nearest", LayerKind.NEAREST, source, shape=shape, scale=by)

    def _add(self, node: fx.Node) -> None:
        if len(node.args) != 2 or node.kwargs:
            raise _refusal(node, "must add two values, without alpha")
        sources = tuple(self._source(node, arg) for arg in node.args)
        shapes = [self._shapes[source] for source in sources]
        if shapes[0] != shapes[1]:
            (a, at), (b, bt) = shapes
            raise _refusal(
                node,
                f"must add values of one shape, not {a} channels at x{at} and {b} at x{bt}:"
                " bring them there by a 1x1 convolution, a shuffle or a nearest-neighbour upscale",
            )
        self._append(node, "sum", LayerKind.ADD, *sources, shape=shapes[0])

    def _function(self, node: fx.Node) -> None:
        target = node.target
        if target in _ADDITIONS:
            self._add(node)
        elif target in _RELUS:
            self._relu(node, self._source(node, node.args[0]))
        elif target is F.leaky_relu:
            source = self._source(node, node.args[0])
            slope = _argument(node, 1, "negative_slope")
            slopes = torch.full((self._shapes[source][0],), 0.01 if slope is None else slope)
            self._prelu(node, slopes, source)
        elif target in _SHUFFLES:
            scale = _argument(node, 1, "upscale_factor")
            source = self._source(node, node.args[0])
            self._shuffle(node, source, scale)
        elif target is F.interpolate:
            if _argument(node, 1, "size") is not None:
                raise _refusal(node, "must enlarge by a scale_factor, not to a size")
            mode = _argument(node, 3, "mode") or "nearest"
            scale = _nearest_scale(node, _argument(node, 2, "scale_factor"), mode)
            source = self._source(node, node.args[0])
            self._nearest(node, source, scale)
        elif target in CLAMPS and _ends_in_picture(node):
            # The picture's format saturates there anyway.
            self._made[node] = self._source(node, node.args[0])
        else:
            raise _refusal(node, REASONS.get(target, NO_OP))

    def _source(self, node: fx.Node, argument: Any) -> str:
        if not isinstance(argument, fx.Node):
            raise _refusal(node, f"must read values of the network alone, not {argument!r}")
        return self._made[argument]

    def _append(
        self,
        node: fx.Node,
        name: str,
        kind: LayerKind,
        *sources: str,
        shape: tuple[int, int],
        **fields: Any,
    ) -> None:
        unique, number = name, 1
        while unique in self._names:
            number += 1
            unique = f"{name}_{number}"
        self._names.add(unique)
        self._made[node] = unique
        self._shapes[unique] = shape
        self._layers.append(Layer(unique, kind, sources, **fields))


def _needed(graph: fx.Graph) -> set[fx.Node]:
    """The picture that goes in, the result, and all that it depends on."""
    first = next(node for node in graph.nodes if node.op == "placeholder")
    needed = {first, *(node for node in graph.nodes if node.op == "output")}
    for node in reversed(graph.nodes):
        if node in needed:
            needed.update(node.all_input_nodes)
    return needed


_ADDITIONS = (operator.add, operator.iadd, torch.add, "add", "add_")
_RELUS = (F.relu, torch.relu, torch.relu_, "relu", "relu_")
_SHUFFLES = (F.pixel_shuffle, torch.pixel_shuffle)


def _ends_in_picture(node: fx.Node) -> bool:
    """Whether ``node`` clips the result, and nothing else, to 0 and 1."""
    limits = _argument(node, 1, "min"), _argument(node, 2, "max")
    return limits == (0, 1) and all(user.op == "output" for user in node.users)


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
    if factors or not isinstance(scale, int | float) or scale != int(scale) or scale < 1:
        raise _refusal(node, f"must enlarge by a whole number, not by {factor}")
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
