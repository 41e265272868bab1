"""The quantized twin of a float network: floats that stand for a Program's integers.

Evaluated in float64 it equals the integers exactly, value by value: every sum of the Program
fits an int32, a float64 holds 53 bits, and all scales are powers of two. In float32 it is
what quantization-aware training trains.

Luma has two measures, and they meet here alone. A network is trained on n / 255, so that white
is 1; a Program reads the same code value n as u8.8, which is n / 256, and writes u8.8 again.
Between the two lies the factor 255 / 256. A network of convolutions without biases, ReLUs,
sums, shuffles and nearest upscales is positively homogeneous: f(c x) = c f(x) for c > 0. So its
trained weights serve either measure, in which all its values, the output's too, are 255 / 256
of what they were in the other. Biases do not scale along with the input and take the factor
themselves.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from srq.errors import ConfigError
from srq.fixed import Format
from srq.models import Network
from srq.models.capture import capture
from srq.quant.graph import Node, NodeKind, Rounding, quantized_graph
from srq.quant.quantizers import (
    FixedPoint,
    RoundHalfUp,
    SaturatingIntQuant,
    StraightIntQuant,
)

PICTURE = Format(False, 8, 8)
"""The format of a picture's code values, at the input and at the output."""

UNIT_TO_CODES = 255 / 256
"""Times a value in the training's measure, gives it in the Program's."""

WEIGHT_BITS = (2, 16)
ACTIVATION_BITS = (4, 16)


def to_program(values: Tensor) -> Tensor:
    """Luma, or a bias, from the training's measure (n / 255) to the Program's (n / 256)."""
    return values * UNIT_TO_CODES


def to_training(values: Tensor) -> Tensor:
    """Luma from the Program's measure (n / 256) to the training's (n / 255)."""
    return values / UNIT_TO_CODES


class ConvIntegers(NamedTuple):
    """A convolution as a Program has it: weight int64 (out, in/groups, h, w), the fraction bits
    of its weights (one, or one an output channel), and a bias int64 (out,) or None."""

    weight: NDArray[np.int64]
    fracs: tuple[int, ...]
    bias: NDArray[np.int64] | None


class QuantizedConv(nn.Module):
    """A convolution with quantized weights and an exact sum.

    The bias is in the Program's measure and rounded to the precision of the
    sum, which ``frac``, the fraction bits of the input, determines. ``padding`` counts the
    zeros at the top, bottom, left and right.
    """

    def __init__(self, conv: nn.Conv2d, bits: int, per_channel: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(conv.weight.detach().cpu().float().clone())
        bias = None if conv.bias is None else conv.bias.detach().cpu().float()
        self.bias = None if bias is None else nn.Parameter(to_program(bias))
        self.groups = conv.groups
        # Of an even kernel, torch's padding="same" puts the one zero more at the end.
        height, width = (size - 1 for size in conv.kernel_size)
        self.padding = (height // 2, height - height // 2, width // 2, width - width // 2)
        self.fixed = FixedPoint(
            StraightIntQuant(), bits, (0,) * (len(self.weight) * per_channel or 1)
        )
        self._round = RoundHalfUp()

    def forward(self, x: Tensor, frac: int) -> Tensor:
        """The sums of (N, in, H, W), with ``frac`` fraction bits, as (N, out, H, W)."""
        top, bottom, left, right = self.padding
        if (top, left) != (bottom, right):
            x = F.pad(x, (0, right - left, 0, bottom - top))
        weight = self.fixed(self.weight)
        bias = None if self.bias is None else self._quantized_bias(frac).to(x.dtype)
        return F.conv2d(x, weight, bias, padding=(top, left), groups=self.groups)

    @torch.no_grad()
    def integers(self, frac: int) -> ConvIntegers:
        """Its integers, for an input with ``frac`` fraction bits."""
        weight = self.fixed(self.weight.double()) / self.fixed.scale.double()
        bias = None
        if self.bias is not None:
            bias = (self._quantized_bias(frac) / self._bias_step(frac)).numpy().astype(np.int64)
        return ConvIntegers(weight.numpy().astype(np.int64), self.fixed.fracs, bias)

    def _bias_step(self, frac: int) -> Tensor:
        return self.fixed.scale.reshape(-1).double() * 2.0**-frac

    def _quantized_bias(self, frac: int) -> Tensor:
        # In float64, as a bias may have more bits than a float32 holds.
        assert self.bias is not None
        if not self.fixed.active:
            return self.bias.double()
        step = self._bias_step(frac)
        return self._round(self.bias.double() / step) * step


class Twin(nn.Module):
    """A float network's quantized twin, with formats of given widths and places yet to be set.

    weight_bits:     2..16, sign included.
    activation_bits: 4..16; values after a ReLU are unsigned, others signed.
    per_channel:     whether each output channel's weights have a binary point of their own.

    ``forward`` is a ``Network``'s: luma (N, 1, H, W) in [0, 1] (code values / 255) gives
    (N, 1, s*H, s*W), here on the grid of 256 code values; ``name``, ``scale`` and ``config``
    are the float network's (of a module that is no ``Network``: the name of its class, and no
    config). Its weights are copies. Raises ModelError where the network cannot
    become integers, ConfigError for a width out of range.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        weight_bits: int = 10,
        activation_bits: int = 14,
        per_channel: bool = False,
    ) -> None:
        super().__init__()
        _check_width("weights", weight_bits, WEIGHT_BITS)
        _check_width("activations", activation_bits, ACTIVATION_BITS)
        self.name = network.name if isinstance(network, Network) else type(network).__name__
        self.config = network.config if isinstance(network, Network) else None
        self.weight_bits = weight_bits
        self.activation_bits = activation_bits
        self.nodes = quantized_graph(capture(network))
        self.scale = self.nodes[-1].scale
        self.convs = nn.ModuleDict()
        self.roundings = nn.ModuleDict()
        for node in self.nodes:
            if node.conv is not None:
                self.convs[node.name] = QuantizedConv(node.conv, weight_bits, per_channel)
            if node.kind is NodeKind.INPUT or node.rounding is not None:
                self.roundings[node.name] = _rounding(node.rounding, activation_bits)

    def conv(self, name: str) -> QuantizedConv:
        """The convolution of the node called ``name``."""
        module = self.convs[name]
        assert isinstance(module, QuantizedConv)
        return module

    def rounding(self, name: str) -> FixedPoint:
        """What rounds the value of the node called ``name``."""
        module = self.roundings[name]
        assert isinstance(module, FixedPoint)
        return module

    @property
    def quantizers(self) -> dict[str, FixedPoint]:
        """Every quantizer whose binary point is free, by tensor: ``head`` and ``head.weight``.

        In the order in which the network meets them; the pictures' own are left out.
        """
        found: dict[str, FixedPoint] = {}
        for node in self.nodes:
            if node.conv is not None:
                found[f"{node.name}.weight"] = self.conv(node.name).fixed
            if node.rounding in (Rounding.RELU, Rounding.SIGNED):
                found[node.name] = self.rounding(node.name)
        return found

    @property
    def activations(self) -> list[str]:
        """The names of ``quantizers`` that are of activations."""
        return [name for name in self.quantizers if name in self.roundings]

    @property
    def narrowed(self) -> dict[str, int]:
        """The width of each activation that is narrower than ``activation_bits``."""
        widths = {name: self.quantizers[name].bits for name in self.activations}
        return {name: bits for name, bits in widths.items() if bits != self.activation_bits}

    def set_active(self, active: bool) -> None:
        """Quantize, or compute in floats what the float network does."""
        for module in self.modules():
            if isinstance(module, FixedPoint):
                module.active = active

    def fracs(self) -> dict[str, int]:
        """The fraction bits of every node's value; an exact sum has its finest channel's."""
        found: dict[str, int] = {}
        for node in self.nodes:
            if node.name in self.roundings:
                (found[node.name],) = self.rounding(node.name).fracs
                continue
            known = max(found[source] for source in node.sources)
            own = max(self.conv(node.name).fixed.fracs) if node.conv is not None else 0
            found[node.name] = known + own
        return found

    def forward(self, luma: Tensor) -> Tensor:
        """(N, 1, H, W) in [0, 1] -> (N, 1, s*H, s*W); see ``Network``."""
        return to_training(self.values(luma)[self.nodes[-1].name])

    def values(self, luma: Tensor) -> dict[str, Tensor]:
        """Every node's value by its name, for luma in [0, 1], in the Program's measure."""
        fracs = self.fracs()
        values: dict[str, Tensor] = {}
        for node in self.nodes:
            sources = [values[name] for name in node.sources]
            value = self._exact(node, sources, luma, fracs)
            if node.name in self.roundings:
                value = self.rounding(node.name)(value)
            values[node.name] = value
        return values

    def _exact(
        self, node: Node, sources: list[Tensor], luma: Tensor, fracs: dict[str, int]
    ) -> Tensor:
        match node.kind:
            case NodeKind.INPUT:
                return to_program(luma)
            case NodeKind.CONV:
                return self.conv(node.name)(sources[0], fracs[node.sources[0]])
            case NodeKind.ADD:
                return sources[0] + sources[1]
            case NodeKind.SHUFFLE:
                return F.pixel_shuffle(sources[0], node.scale)
            case NodeKind.NEAREST:
                return F.interpolate(sources[0], scale_factor=node.scale, mode="nearest")
            case NodeKind.REQUANTIZE | NodeKind.OUTPUT:
                return sources[0]


@torch.inference_mode()
def integers(twin: Twin, picture: NDArray[np.uint8]) -> dict[str, NDArray[np.int64]]:
    """Every node's integers (channels, rows, columns) for luma uint8 (H, W), from float64.

    The twin is turned to float64. Equal to a Program's trace wherever the Program is proved.
    """
    codes = torch.from_numpy(np.ascontiguousarray(picture)).double()[None, None]
    fracs = twin.fracs()
    values = twin.double().values(codes / PICTURE.hi)
    return {
        name: _whole(math.ldexp(1.0, fracs[name]) * value[0], name)
        for name, value in values.items()
    }


def _whole(values: Tensor, name: str) -> NDArray[np.int64]:
    numbers = values.to(torch.int64)
    assert bool((numbers == values).all()), f"{name} holds what is no integer"
    return numbers.numpy()


def _rounding(rounding: Rounding | None, bits: int) -> FixedPoint:
    if rounding in (None, Rounding.PICTURE):
        return FixedPoint(SaturatingIntQuant(signed=False), PICTURE.bits, (PICTURE.frac,))
    return FixedPoint(SaturatingIntQuant(signed=rounding is Rounding.SIGNED), bits)


def _check_width(what: str, bits: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if type(bits) is not int or not low <= bits <= high:
        raise ConfigError(f"The width of {what} must be {low} to {high} bits, not {bits}.")
