"""A network that a person can follow: nearest enlargement, sharpened by a zero-sum kernel."""

import numpy as np

from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, PixelShuffle, Program

# Each pixel of a block leans towards the neighbours on its own side; a flat picture adds nothing.
_CORNER = np.array([[-1, -2, 0], [-2, 5, 0], [0, 0, 0]])


def sharpen_program(bits: int = 8) -> Program:
    """x2, sees one pixel to each side, leaves a flat picture as it is (but for its border)."""
    kernels = [_CORNER, _CORNER[:, ::-1], _CORNER[::-1], _CORNER[::-1, ::-1]]
    picture = Format(False, bits, bits)
    return Program(
        [
            Input("lr", picture),
            Conv("detail", "lr", np.stack(kernels)[:, None], weight_bits=4, weight_frac=4),
            PixelShuffle("shuffled", "detail", 2),
            NearestUpsample("nearest", "lr", 2),
            Add("sum", "shuffled", "nearest", picture),
            Output("hr", "sum"),
        ],
        name="sharpen",
    )


def repeat_program(scale: int = 2) -> Program:
    """Every pixel becomes a block of ``scale`` x ``scale``, and nothing else."""
    picture = Format(False, 8, 8)
    ops = [Input("lr", picture), NearestUpsample("nearest", "lr", scale), Output("hr", "nearest")]
    return Program(ops, name="repeat")
