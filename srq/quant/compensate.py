"""Weights rounded so that their errors cancel in the sums, not each to its nearest.

A sum over thirty weights errs by what thirty roundings come to, and its inputs are alike: all
bright where the picture is. So weights are rounded one after another, and each rounding's
error is made up for by those still to come, as far as the inputs go together (Frantar et al.,
"GPTQ", 2022; in the small here, where it takes no approximation). First of all the weights are
fitted to the inputs that the layers before, quantized already, really give.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from srq.quant.formats import in_floats
from srq.quant.graph import NodeKind
from srq.quant.quantizers import FixedPoint
from srq.quant.twin import QuantizedConv, Twin

_DAMPING = 1e-4
"""What is added to each input's power, as a part of the mean: unseen directions stay put."""


@torch.no_grad()
def compensate(twin: Twin, pictures: Tensor) -> None:
    """Put every weight of ``twin`` on its grid, layer by layer, so that sums err least.

    ``pictures`` float (N, 1, h, w) in [0, 1]. Formats must have been chosen; they stay.
    """
    with in_floats(twin):
        exact = twin.values(pictures)
    targets = {
        node.name: (exact[node.sources[0]], twin.conv(node.name).weight.double().clone())
        for node in twin.nodes
        if node.kind is NodeKind.CONV
    }
    for node in twin.nodes:
        if node.kind is NodeKind.CONV:
            made = twin.values(pictures)[node.sources[0]]
            _round(twin.conv(node.name), made, *targets[node.name])


def _round(conv: QuantizedConv, made: Tensor, exact: Tensor, weight: Tensor) -> None:
    """Round a convolution's weights for the inputs ``made``, to do as ``weight`` does on
    ``exact``; what is left of the mean goes into a bias, where there is one."""
    inputs, wanted = (_taps(conv, values) for values in (made, exact))
    samples = inputs.shape[-1]
    power = inputs @ inputs.transpose(1, 2) / samples
    shared = wanted @ inputs.transpose(1, 2) / samples
    damping = _DAMPING * power.diagonal(dim1=1, dim2=2).mean(1).clamp(min=1e-12)
    eye = torch.eye(power.shape[1], dtype=power.dtype) * damping[:, None, None]
    rows = weight.reshape(conv.groups, -1, power.shape[1])
    fitted = torch.linalg.solve(
        power + eye, ((shared + eye).transpose(1, 2) @ rows.transpose(1, 2))
    )
    # scale: one for all, or one a row.
    scale = conv.fixed.scale.double().reshape(-1, 1).expand(len(weight), 1)
    scale = scale.reshape(conv.groups, -1, 1)
    rounded = _one_by_one(fitted.transpose(1, 2).clone(), power + eye, scale, conv.fixed)
    if conv.bias is not None:
        lost = (rows @ wanted - rounded @ inputs).mean(2).flatten()
        conv.bias.add_(lost.to(conv.bias))
    conv.weight.copy_(rounded.reshape(weight.shape))


def _one_by_one(rows: Tensor, power: Tensor, scale: Tensor, fixed: FixedPoint) -> Tensor:
    """Rows (groups, out, taps) on the grid of ``scale``; ``power`` (groups, taps, taps)."""
    half = 2 ** (fixed.bits - 1)
    # Row i of the factor says how tap i's error shows in the taps after it.
    factor = torch.linalg.cholesky(torch.linalg.inv(power), upper=True)
    for tap in range(rows.shape[2]):
        value = rows[:, :, tap : tap + 1]
        near = torch.floor(value / scale + 0.5).clamp(-half, half - 1) * scale
        error = (value - near) / factor[:, tap, None, None, tap]
        rows[:, :, tap:] -= error * factor[:, None, tap, tap:]
        rows[:, :, tap : tap + 1] = near
    return rows


def _taps(conv: QuantizedConv, values: Tensor) -> Tensor:
    """What each weight meets: (N, in, H, W) as (groups, in / groups * taps, samples)."""
    top, bottom, left, right = conv.padding
    kernel = (conv.weight.shape[2], conv.weight.shape[3])
    columns = F.unfold(F.pad(values.double(), (left, right, top, bottom)), kernel)
    columns = columns.reshape(len(values), conv.groups, -1, columns.shape[-1])
    return columns.permute(1, 2, 0, 3).flatten(2)
