"""Channels brought to like ranges before they share a format, without changing the network.

A ReLU passes a positive factor on: what one layer multiplies a channel by, the next may divide
it by, and the network computes what it did. One format serves all channels of a tensor, and
one all weights of a layer: the channel with the largest values sets the step, and small ones
drown in it. So factors are sought for which the steps, weighed by how much an error there
shows in the output, are least.

The error that rounding adds to the output is modelled as the sum, over all tensors, of the
tensor's step squared times the summed squares of the output's derivatives by its elements. A
step is the tensor's largest value over its bits. Both follow from the factors in closed form,
and so do gradients.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from srq.quant.formats import in_floats
from srq.quant.graph import Node, NodeKind
from srq.quant.twin import Twin

_STEPS = 150
_RATE = 0.1
_PROBES = 8
# The exponent of the smooth maximum: of 32 equal values it lies 9% above.
_SHARPNESS = 40
# A step is a power of two, so a whole group is tried at eighths of an octave, a few times over.
_OCTAVE = math.log(2)
_PARTS = 8
_ROUNDS = 3


def equalize(twin: Twin, pictures: Tensor) -> None:
    """Scale the channels of ``twin`` so that formats lose least; its float network stays.

    ``pictures`` float (N, 1, h, w) in [0, 1]. Channels of the pictures, of what is shuffled or
    upscaled, and of all that is summed with those keep their scale. Formats are to be chosen
    afterwards.
    """
    groups = groups_of(twin.nodes)
    model = _NoiseModel(twin, pictures, groups)
    factors = _best_factors(model)
    with torch.no_grad():
        for node in twin.nodes:
            if node.conv is None:
                continue
            conv = twin.conv(node.name)
            out, into = _factors(node, groups, factors, conv.weight)
            conv.weight.mul_((out - into).exp())
            if conv.bias is not None:
                conv.bias.mul_(out.flatten().exp())


def groups_of(nodes: Iterable[Node]) -> dict[str, str | None]:
    """For every value, the name of the group whose factors it has; None where they are all 1.

    A sum and what is summed are of one group, a rounding is of its source's.
    """
    group: dict[str, str | None] = {}

    def unite(names: tuple[str, ...]) -> str | None:
        found = {group[name] for name in names}
        kept = None if None in found else min(found, key=str)
        group.update({name: kept for name, own in group.items() if own in found})
        return kept

    for node in nodes:
        if node.kind is NodeKind.CONV:
            group[node.name] = node.name
        elif node.kind in (NodeKind.ADD, NodeKind.REQUANTIZE):
            group[node.name] = unite(node.sources)
        else:
            group[node.name] = None
            unite((*node.sources, node.name))
    return group


def _factors(
    node: Node, groups: Mapping[str, str | None], factors: Mapping[str, Tensor], weight: Tensor
) -> tuple[Tensor, Tensor]:
    """The logarithms of a convolution's output and input factors, to go with its weight."""
    one = weight.new_zeros(())
    out, into = (factors.get(groups[name] or "", one) for name in (node.name, node.sources[0]))
    outputs, inputs = weight.shape[:2]
    if into.dim():
        # An output channel of group i reads the inputs of group i.
        blocks = into.to(weight).view(-1, 1, inputs)
        into = blocks.expand(-1, outputs // len(blocks), -1).reshape(outputs, inputs, 1, 1)
    return out.to(weight).reshape(-1, 1, 1, 1), into


@dataclass(frozen=True, eq=False)
class _SharedStep:
    """A tensor that shares a step, or has one a row: the largest values and the summed squared
    derivatives of its parts, and how both go with the factors."""

    node: Node
    largest: Tensor
    sensitivity: Tensor
    bits: int
    by_row: bool


class _NoiseModel:
    """The error in the output as a function of the channels' factors."""

    def __init__(self, twin: Twin, pictures: Tensor, groups: Mapping[str, str | None]) -> None:
        self._groups = groups
        self.sizes = {
            group: len(twin.conv(node.name).weight)
            for node in twin.nodes
            if node.conv is not None and (group := groups[node.name]) is not None
        }
        self._tensors = _measured(twin, pictures)

    def __call__(self, factors: Mapping[str, Tensor], *, whole_bits: bool = False) -> Tensor:
        """The error for logarithms of factors; with ``whole_bits``, for power-of-two steps."""
        total = torch.zeros((), dtype=torch.float64)
        for tensor in self._tensors:
            shift = self._shift(tensor, factors)
            largest = tensor.largest.log() + shift
            rows = largest.flatten(1) if tensor.by_row else largest.flatten()[None]
            if whole_bits:
                step = (rows.amax(1) / _OCTAVE).ceil() * _OCTAVE
            else:
                step = torch.logsumexp(rows * _SHARPNESS, 1) / _SHARPNESS
            seen = (tensor.sensitivity.log() - 2 * shift).exp()
            seen = seen.flatten(1).sum(1) if tensor.by_row else seen.sum()[None]
            total = total + ((2 * step).exp() * seen).sum() * 4.0**-tensor.bits
        return total

    def _shift(self, tensor: _SharedStep, factors: Mapping[str, Tensor]) -> Tensor:
        if tensor.node.conv is not None and tensor.largest.dim() == 4:
            out, into = _factors(tensor.node, self._groups, factors, tensor.largest)
            return out - into
        return factors.get(self._groups[tensor.node.name] or "", torch.zeros(()))


def _best_factors(model: _NoiseModel) -> dict[str, Tensor]:
    """The factors with the least error: by gradients, then each group as a whole by octaves."""
    factors = {
        group: torch.zeros(size, dtype=torch.float64, requires_grad=True)
        for group, size in model.sizes.items()
    }
    if not factors:
        return {}
    optimizer = torch.optim.Adam(factors.values(), lr=_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
    for _ in range(_STEPS):
        optimizer.zero_grad()
        model(factors).log().backward()
        optimizer.step()
        schedule.step()
    best = {group: factor.detach() for group, factor in factors.items()}
    for _ in range(_ROUNDS):
        for group, factor in list(best.items()):
            tries = [factor + part * _OCTAVE / _PARTS for part in range(_PARTS)]
            errors = [float(model({**best, group: t}, whole_bits=True)) for t in tries]
            best[group] = tries[errors.index(min(errors))]
    return best


def _measured(twin: Twin, pictures: Tensor) -> list[_SharedStep]:
    """Every tensor with a free format: its largest values and how its errors show."""
    rounded = [node for node in twin.nodes if node.name in twin.activations]
    convolved = [node for node in twin.nodes if node.conv is not None]
    weights = [twin.conv(node.name).weight for node in convolved]
    generator = torch.Generator().manual_seed(0)
    squares: list[Tensor] = []
    with in_floats(twin):
        for _ in range(_PROBES):
            values = twin.values(pictures)
            made = values[twin.nodes[-1].name]
            # Of random signs, the expected square of the sum is the sum of the squares.
            signs = torch.randint(0, 2, made.shape, generator=generator).to(made) * 2 - 1
            differentiated = [*(values[node.name] for node in rounded), *weights]
            gradients = torch.autograd.grad((made * signs).sum(), differentiated)
            seen = [
                *(g.double().square().sum((0, 2, 3)) for g in gradients[: len(rounded)]),
                *(g.double().square().sum((2, 3), keepdim=True) for g in gradients[len(rounded) :]),
            ]
            squares = [a + b for a, b in zip(squares, seen, strict=True)] if squares else seen
    largest = [
        *(values[node.name].detach().abs().amax((0, 2, 3)) for node in rounded),
        *(weight.detach().abs().amax((2, 3), keepdim=True) for weight in weights),
    ]
    quantizers = [
        *(twin.quantizers[node.name] for node in rounded),
        *(twin.conv(node.name).fixed for node in convolved),
    ]
    return [
        _SharedStep(node, _positive(most), _positive(square), q.bits - q.signed, len(q.fracs) > 1)
        for node, most, square, q in zip(
            [*rounded, *convolved], largest, squares, quantizers, strict=True
        )
    ]


def _positive(numbers: Tensor) -> Tensor:
    """``numbers`` in float64 with a logarithm: a dead channel is merely very small."""
    return numbers.double().clamp(min=1e-9 * max(float(numbers.max()), 1e-30))
