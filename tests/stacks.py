"""Programs that are stacks of 3x3 convolutions, as ``srq.models.plain`` makes them."""

import numpy as np

from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    Output,
    PixelShuffle,
    Program,
    Requantize,
)

VALUES = Format(False, 14, 14)


def stack(
    seed: int,
    *,
    width: int,
    blocks: int = 1,
    values: Format = VALUES,
    weight_bits: int = 10,
    skip: bool = False,
    per_channel: bool = False,
    scale: int = 1,
    weight: int | None = None,
    last_kernel: int = 3,
) -> Program:
    """A stack of ``blocks`` 3x3 convolutions of ``width`` channels, between a first and a last one.

    values: the format of what the convolutions make; the more fraction bits it has, the more it
            cuts off.
    scale:  of the stack's values, by an upsampling before it; the picture grows twice as much.
    weight: the magnitude of every weight of the stack; else they are random.
    last_kernel: the sides of the last convolution.
    """
    rng = np.random.default_rng(seed)
    largest = max(values.hi, -values.lo)
    most = min((1 << (weight_bits - 1)) - 1, (2**31 - 2**20) // (9 * width * largest))
    ops: list[Op] = [Input("lr", Format(False, 8, 8))]
    source = "lr"
    if scale > 1:
        ops.append(NearestUpsample("larger", "lr", scale))
        source = "larger"
    first = rng.integers(-3, 4, (width, 1, 3, 3))
    first[:, 0, 1, 1] = rng.integers(1, 4, width)
    ops.append(Conv("first", source, first, weight_bits=4, weight_frac=0, format=values))
    source = "first"
    for block in range(blocks):
        if weight is None:
            weights = rng.integers(-most, most + 1, (width, width, 3, 3))
        else:
            weights = np.full((width, width, 3, 3), weight) * rng.choice([-1, 1], (width, 1, 1, 1))
        fracs = rng.integers(weight_bits - 2, weight_bits + 3, width).tolist()
        last = block == blocks - 1 and skip
        name = f"block{block}"
        ops.append(
            Conv(
                name,
                source,
                weights,
                weight_bits=weight_bits,
                weight_frac=fracs if per_channel and not last else weight_bits,
                format=None if last else values,
                bias=rng.integers(-500, 500, width),
            )
        )
        source = name
        if last:
            ops.append(Add("sum", name, "first", values))
            source = "sum"
    end = rng.integers(-30, 31, (4, width, last_kernel, last_kernel))
    ops.append(Conv("last", source, end, weight_bits=6, weight_frac=8, format=None))
    ops += [
        PixelShuffle("shuffled", "last", 2),
        Requantize("rounded", "shuffled", Format(False, 8, 8)),
        Output("hr", "rounded"),
    ]
    return Program(ops, name="stack")
