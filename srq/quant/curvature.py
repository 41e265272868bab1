"""How an error in the weights shows in the picture: the curvature of what is lost, in dB.

A change e of all weights together changes the output by J e, J being the output's derivatives by
the weights, and PSNR falls by e' H e, H being J' J weighed so that the result is in dB (the
Gauss-Newton matrix). Off its diagonal H says how the error of one weight makes up for another's, in
its own sum and in other layers. It takes a forward pass for each weight, so a network of very many
weights has its diagonal alone, from random signs.
"""

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from srq.quant.calibration import Calibration
from srq.quant.formats import in_floats
from srq.quant.graph import Node, NodeKind
from srq.quant.twin import QuantizedConv, Twin, to_program

WHOLE = 4096
"""Up to so many weights the whole matrix is found."""

_PHOTOGRAPHS = 16
_MARGIN = 4
"""Output of the outermost LR pixels is left out: in a picture they are rare."""
_CHUNK = 64
"""About how many weights are moved at once."""
_PROBES = 8

_FLOOR = 0.03
"""What is added to the diagonal, as a part of its layer's mean: the crops do not excite all that
pictures do. Of 0 to 0.3, this and 0.01 lost least on crops that the matrix was not made of."""
_DIAGONAL_FLOOR = 0.1
"""The same where there is only the diagonal, as its least."""


def curvature_of(twin: Twin, calibration: Calibration) -> NDArray[np.float64]:
    """The curvature of ``twin``'s float network, in dB a squared weight, with a floor.

    (n, n) for all n weights in the order of the layers, or (n,), the diagonal, beyond WHOLE.
    Drawings count as photographs do: they excite what photographs do not.
    """
    sizes = [twin.conv(name).weight.numel() for name in twin.convs]
    found = torch.zeros((sum(sizes),) * (1 if sum(sizes) > WHOLE else 2), dtype=torch.float64)
    crops = list(_crops(twin, calibration))
    with in_floats(twin):
        for index, (picture, weight) in enumerate(crops):
            if found.dim() == 1:
                found += weight / len(crops) * _diagonal(twin, picture, index)
                continue
            with torch.inference_mode():
                jacobian = _jacobian(twin, picture)
            found += weight / len(crops) * (jacobian @ jacobian.T).double()
    diagonal = found if found.dim() == 1 else found.diagonal()
    means = torch.cat([part.mean().expand(len(part)) for part in diagonal.split(sizes)])
    if found.dim() == 1:
        return torch.maximum(found, _DIAGONAL_FLOOR * means).numpy()
    diagonal += _FLOOR * means
    return found.numpy()


def _crops(twin: Twin, calibration: Calibration) -> Iterator[tuple[Tensor, float]]:
    """Pictures (1, 1, h, w), and what a summed square in the Program's measure is worth in dB."""
    count = len(calibration.lr)
    photographs = count - calibration.drawings
    chosen = [*range(min(photographs, _PHOTOGRAPHS)), *range(photographs, count)]
    pictures, targets = calibration.pictures, calibration.targets
    with in_floats(twin), torch.inference_mode():
        for index in chosen:
            made = twin(pictures[index : index + 1]).clamp(0, 1)
            own = float(to_program(made - targets[index : index + 1]).double().square().mean())
            values = _inner(made, twin.scale).numel()
            yield pictures[index : index + 1], 10 / math.log(10) / max(own, 1e-12) / values


def _inner(made: Tensor, scale: int) -> Tensor:
    """The output (..., H, W) without its margin; whole if nothing else is left."""
    margin = _MARGIN * scale
    return made[..., margin:-margin, margin:-margin] if min(made.shape[-2:]) > 4 * margin else made


def _jacobian(twin: Twin, picture: Tensor) -> Tensor:
    """The output's derivatives (weights, values) in floats, without the margin's."""
    values = twin.values(picture)
    rows: list[Tensor] = []
    for index, node in enumerate(twin.nodes):
        if node.kind is NodeKind.CONV:
            conv = twin.conv(node.name)
            for sums in _directions(conv, values[node.sources[0]]):
                moved = _carried(twin, index, sums, values)
                rows.append(_inner(moved, twin.scale).flatten(1))
    return torch.cat(rows)


def _directions(conv: QuantizedConv, source: Tensor) -> Iterator[Tensor]:
    """The derivatives of a convolution's sums by its weights, in order: a few at a time, as
    (weights, out, H, W)."""
    top, bottom, left, right = conv.padding
    out, inner, rows, columns = conv.weight.shape
    height, width = source.shape[-2:]
    kernel = rows, columns
    taps = F.unfold(F.pad(source, (left, right, top, bottom)), kernel)
    taps = taps.reshape(conv.groups, inner * rows * columns, height, width)
    each = out // conv.groups
    outputs = max(1, _CHUNK // taps.shape[1])
    for begin in range(0, out, outputs):
        some = range(begin, min(begin + outputs, out))
        sums = source.new_zeros(len(some), taps.shape[1], out, height, width)
        for place, output in enumerate(some):
            sums[place, :, output] = taps[output // each]
        yield sums.flatten(0, 1)


def _derivative(twin: Twin, node: Node, given: list[Tensor | None]) -> Tensor:
    """How a node's exact value moves where its sources move so; None is not at all."""
    (move, *more) = [each for each in given if each is not None]
    match node.kind:
        case NodeKind.CONV:
            return _linear(twin.conv(node.name), move)
        case NodeKind.SHUFFLE:
            return F.pixel_shuffle(move, node.scale)
        case NodeKind.NEAREST:
            return F.interpolate(move, scale_factor=node.scale, mode="nearest")
        case _:
            return sum(more, start=move)


def _linear(conv: QuantizedConv, move: Tensor) -> Tensor:
    """A convolution without its bias."""
    top, bottom, left, right = conv.padding
    padded = F.pad(move, (left, right, top, bottom))
    return F.conv2d(padded, conv.weight, groups=conv.groups)


def _carried(twin: Twin, index: int, sums: Tensor, values: dict[str, Tensor]) -> Tensor:
    """How the output moves (n, 1, sH, sW) where the exact sums of node ``index`` move so."""
    moves: dict[str, Tensor] = {}
    for position, node in enumerate(twin.nodes[index:]):
        given = [moves.get(source) for source in node.sources]
        if position == 0:
            move = sums
        elif all(each is None for each in given):
            continue
        else:
            move = _derivative(twin, node, given)
        rounding = node.name in twin.roundings and not twin.rounding(node.name).signed
        # In floats an unsigned format still ends at zero.
        moves[node.name] = move * (values[node.name] > 0) if rounding else move
    return moves[twin.nodes[-1].name]


def _diagonal(twin: Twin, picture: Tensor, seed: int) -> Tensor:
    """The summed squares of the derivatives: of random signs, the expected square of the sum."""
    generator = torch.Generator().manual_seed(seed)
    weights = [twin.conv(name).weight for name in twin.convs]
    found = torch.zeros(sum(weight.numel() for weight in weights), dtype=torch.float64)
    made = _inner(twin.values(picture)[twin.nodes[-1].name], twin.scale)
    for _ in range(_PROBES):
        signs = torch.randint(0, 2, made.shape, generator=generator).to(made) * 2 - 1
        gradients = torch.autograd.grad((made * signs).sum(), weights, retain_graph=True)
        found += torch.cat([gradient.double().square().flatten() for gradient in gradients])
    return found / _PROBES
