"""A Program as 32-bit integers: how the C++ engine is told what to run.

``src/plan/program.cpp`` reads what is written here. All that is derived from an op's neighbours
(channels, scales, shifts) is in it, and so are its lags and what a part of the picture needs
around it (``srq.dataflow``): the engine derives nothing a second time.
"""

import numpy as np
from numpy.typing import NDArray

from srq.dataflow import Lags, reach_of, sides_needed, whole
from srq.program import Conv, OpKind, Program, Step

ENCODING = 0x51525303
"""The first word: its last byte is the version of what follows, as the extension knows it."""

_KINDS = (
    OpKind.INPUT,
    OpKind.CONV,
    OpKind.ADD,
    OpKind.REQUANTIZE,
    OpKind.PIXEL_SHUFFLE,
    OpKind.NEAREST_UPSAMPLE,
    OpKind.OUTPUT,
)


def encode(program: Program) -> NDArray[np.int32]:
    """``program`` as the engine reads it."""
    index = {step.op.name: i for i, step in enumerate(program.steps)}
    lags, needed, reach = Lags(program), sides_needed(program), reach_of(program)
    delay = whole(lags[program.output.name].lines)
    words = [ENCODING, delay, reach.left, reach.right, len(program.steps)]
    for step in program.steps:
        name, scale = step.op.name, step.value.scale
        beyond = needed[name].whole(scale)
        lines = [whole(lags[name].lines, scale), beyond.top, beyond.bottom]
        words += _step(program, step, index, lines)
    return np.array(words, np.int32)


def _step(program: Program, step: Step, index: dict[str, int], lines: list[int]) -> list[int]:
    op, value = step.op, step.value
    words = [_KINDS.index(op.kind), len(step.sources)]
    words += [index[source.name] for source in step.sources]
    factor = value.scale // step.sources[0].scale if step.sources else 1
    words += [value.channels, value.scale, factor, int(value.is_accumulator)]
    words += [value.format.lo, value.format.hi, *(step.aligns or (0, 0))]
    words += [len(step.shifts), *step.shifts, *lines]
    if isinstance(op, Conv):
        words += _bounds(program, step)
        words += [op.groups, op.weight.shape[1], *op.kernel, op.padding.top, op.padding.left]
        words += op.weight.ravel().tolist()
        words += [0] * op.out_channels if op.bias is None else op.bias.tolist()
    return words


def _bounds(program: Program, step: Step) -> list[int]:
    """The least and the greatest that the proof leaves each channel before it is saturated."""
    sums = program.ranges.accumulators[step.op.name]
    shifts = np.array(step.shifts)
    half = np.where(shifts > 0, 1 << np.maximum(shifts - 1, 0), 0)
    right, left = np.maximum(shifts, 0), np.maximum(-shifts, 0)
    return [int(n) for end in (sums.lo, sums.hi) for n in ((end + half) >> right) << left]
