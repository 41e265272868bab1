"""A Program small enough to be verified many times."""

import numpy as np

from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, PixelShuffle, Program


def tiny(bits=8, seed=0):
    """Three channels of 3x3, four of 1x3, a shuffle, and the nearest upsampled input."""
    rng = np.random.default_rng(seed)
    picture = Format(False, bits, bits)

    def weights(*shape):
        return rng.integers(-31, 32, shape)

    return Program(
        [
            Input("lr", picture),
            Conv("head", "lr", weights(3, 1, 3, 3), weight_bits=6, weight_frac=5,
                 format=Format(False, 9, 8)),
            Conv("last", "head", weights(4, 3, 1, 3), weight_bits=6, weight_frac=5),
            PixelShuffle("shuffled", "last", 2),
            NearestUpsample("nearest", "lr", 2),
            Add("sum", "shuffled", "nearest", picture),
            Output("hr", "sum"),
        ],
        name="tiny",
    )  # fmt: skip
