"""Binary points by the data: for a width, the fraction bits that lose least of each tensor."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from srq.quant.quantizers import FixedPoint
from srq.quant.twin import Twin

_MORE_FRACTION_BITS = 4
"""How many more fraction bits than fit the largest value are tried: rare ones may saturate."""

_MORE_CHANNEL_BITS = 8
"""By how many bits a channel's binary point may lie beyond its tensor's: tinier weights would
ask for shifts without end, and are nothing beside the others."""


def choose_formats(twin: Twin, pictures: Tensor) -> None:
    """Set every free binary point of ``twin`` so that its tensor's squared error is least.

    ``pictures`` float (N, 1, h, w) in [0, 1] go through the twin as a float network; each
    tensor is judged by itself, what it saturates and what it rounds away.
    """
    for name, values in exact_values(twin, pictures):
        quantizer = twin.quantizers[name]
        quantizer.set_fracs((best_frac(values, quantizer),))
    for node in twin.nodes:
        if node.conv is not None:
            conv = twin.conv(node.name)
            conv.fixed.set_fracs(weight_fracs(conv.weight.detach(), conv.fixed))


@torch.inference_mode()
def exact_values(twin: Twin, pictures: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Every activation with a free binary point, as the twin's float network has it."""
    with in_floats(twin):
        values = twin.values(pictures)
    for name in twin.quantizers:
        if name in values:
            yield name, values[name]


def weight_fracs(weight: Tensor, quantizer: FixedPoint) -> tuple[int, ...]:
    """The best fraction bits of a weight: one, or one for each output channel."""
    whole = best_frac(weight, quantizer)
    if len(quantizer.fracs) == 1:
        return (whole,)
    return tuple(
        min(best_frac(channel, quantizer), whole + _MORE_CHANNEL_BITS) for channel in weight
    )


def best_frac(values: Tensor, quantizer: FixedPoint) -> int:
    """The fraction bits with the least squared error; of several, the most; 0 for all zeros."""
    most = float(values.abs().max())
    if most == 0:
        return 0
    lo, hi = _limits(quantizer)
    fits = math.floor(math.log2(hi / most))
    errors = {}
    for frac in range(fits, fits + _MORE_FRACTION_BITS + 1):
        step = 2.0**-frac
        # Out of place would fill the memory with copies of what can be a large tensor.
        rounded = (values / step).add_(0.5).floor_().clamp_(lo, hi).mul_(step)
        errors[frac] = float(rounded.sub_(values).square_().mean(dtype=torch.float64))
    return min(errors, key=lambda frac: (errors[frac], -frac))


def _limits(quantizer: FixedPoint) -> tuple[int, int]:
    bits = quantizer.bits - quantizer.signed
    return -(1 << bits) if quantizer.signed else 0, (1 << bits) - 1


@contextmanager
def in_floats(twin: Twin) -> Iterator[None]:
    """Inside this block ``twin`` computes what its float network does."""
    twin.set_active(False)
    try:
        yield
    finally:
        twin.set_active(True)
