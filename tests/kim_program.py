"""The paper's network as a Program with random weights, for tests of every engine."""

import numpy as np

from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Op, Output, PixelShuffle, Program

_LAYERS = (
    # name, source, out, in, groups, kernel, what becomes of the sum
    ("conv1", "lr", 32, 1, 1, (3, 3), "relu"),
    ("dw2", "conv1", 32, 32, 32, (1, 5), "signed"),
    ("pw2", "dw2", 16, 32, 1, (1, 1), "relu"),
    ("dw3", "pw2", 16, 16, 16, (1, 5), "signed"),
    ("pw3", "dw3", 32, 16, 1, (1, 1), "accumulator"),
    ("dw4", "skip", 32, 32, 32, (3, 3), "signed"),
    ("pw4", "dw4", 16, 32, 1, (1, 1), "relu"),
    ("dw5", "pw4", 16, 16, 16, (3, 3), "signed"),
    ("pw5", "dw5", None, 16, 1, (1, 1), "accumulator"),
)


def kim_program(
    scale: int = 2,
    *,
    seed: int = 0,
    weight_bits: int = 10,
    activation_bits: int = 14,
    per_channel: bool = False,
    bias: bool = False,
) -> Program:
    """conv, two depthwise-pointwise pairs with a skip, two more, shuffle, + nearest input.

    2560 weights at scale 2. Weights are random and scaled so that activations neither vanish
    nor saturate everywhere. ``per_channel`` gives every output channel its own fraction.
    """
    rng = np.random.default_rng(seed)
    frac = activation_bits - 2
    formats = {
        "relu": Format(False, activation_bits, frac),
        "signed": Format(True, activation_bits, frac),
        "accumulator": None,
    }
    ops: list[Op] = [Input("lr", Format.parse("u8.8"))]
    for name, source, out, ins, groups, kernel, result in _LAYERS:
        out = scale**2 if out is None else out
        shape = (out, ins // groups, *kernel)
        fan_in = int(np.prod(shape[1:]))
        # Uniform weights of this largest value keep the variance of a layer's input.
        weight_frac = weight_bits - 1 + int(np.floor(np.log2(fan_in / 3) / 2))
        limit = 1 << (weight_bits - 1)
        spread = rng.integers(0, 2, out) if per_channel else 0
        ops.append(
            Conv(
                name,
                source,
                rng.integers(-limit, limit, shape),
                weight_bits=weight_bits,
                weight_frac=[int(n) for n in weight_frac + np.broadcast_to(spread, out)],
                groups=groups,
                format=formats[result],
                bias=rng.integers(-1 << 12, 1 << 12, out) if bias else None,
            )
        )
        if name == "pw3":
            ops.append(Add("skip", "pw3", "conv1", formats["relu"]))
    ops += [
        PixelShuffle("shuffled", "pw5", scale),
        NearestUpsample("nearest", "lr", scale),
        Add("sum", "shuffled", "nearest", Format.parse("u8.8")),
        Output("hr", "sum"),
    ]
    return Program(ops, name=f"kim-x{scale}-random-{seed}")
