"""A Program's sums for many small pictures at once, and their slopes by each pixel.

Everything is float64, which holds the integers of a Program exactly. Tensors are (pictures,
channels, rows, columns). This finds pictures worth trying; what they must give, the reference
says.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from srq.program import Add, Conv, NearestUpsample, PixelShuffle, Step

Array = NDArray[np.float64]

_LEAK = 0.05
"""The slope of a saturated value, so that what is cut off can come back."""


class Tensors(NamedTuple):
    """By op: the values, and for ops that sum, the exact sums before rounding."""

    values: dict[str, Array]
    sums: dict[str, Array]


def forward(steps: Sequence[Step], pictures: Array) -> Tensors:
    """The tensors of all ``steps``, the first of which is the Input."""
    values: dict[str, Array] = {}
    sums: dict[str, Array] = {}
    for step in steps:
        sources = [values[source.name] for source in step.sources]
        made = _made(step, sources) if sources else pictures
        if step.shifts:
            sums[step.op.name] = made
            fmt = step.value.format
            made = np.clip(np.floor(made / _divisors(step) + 0.5), fmt.lo, fmt.hi)
        values[step.op.name] = made
    return Tensors(values, sums)


def backward(steps: Sequence[Step], tensors: Tensors, slope: Array) -> Array:
    """The slope by each pixel of the Input, where ``slope`` is that by the last step's sums."""
    slopes = {steps[-1].op.name: slope}
    for step in reversed(steps[1:]):
        given = slopes.pop(step.op.name)
        if step.shifts and step is not steps[-1]:
            exact = tensors.sums[step.op.name] / _divisors(step)
            fmt = step.value.format
            inside = (exact >= fmt.lo) & (exact <= fmt.hi)
            given = given * np.where(inside, 1.0, _LEAK) / _divisors(step)
        for source, share in zip(step.op.sources, _shares(step, given), strict=True):
            slopes[source] = slopes[source] + share if source in slopes else share
    return slopes[steps[0].op.name]


def _divisors(step: Step) -> Array:
    return np.exp2(np.array(step.shifts, float)).reshape(-1, 1, 1)


def _made(step: Step, sources: list[Array]) -> Array:
    """The step's exact sums, or its value where it does not sum."""
    match step.op:
        case Conv() as op:
            return _convolved(op, sources[0])
        case Add():
            a, b = sources
            return a * 2.0 ** step.aligns[0] + b * 2.0 ** step.aligns[1]
        case PixelShuffle() as op:
            return _to_blocks(sources[0], op.scale)
        case NearestUpsample() as op:
            return sources[0].repeat(op.scale, axis=2).repeat(op.scale, axis=3)
        case _:
            return sources[0]


def _shares(step: Step, slope: Array) -> list[Array]:
    """What each source of the step gets of its slope."""
    match step.op:
        case Conv() as op:
            return [_spread(op, slope)]
        case Add():
            return [slope * 2.0**align for align in step.aligns]
        case PixelShuffle() as op:
            return [_from_blocks(slope, op.scale)]
        case NearestUpsample() as op:
            return [_blocks(slope, op.scale).sum(axis=(3, 5))]
        case _:
            return [slope]


def _taps(op: Conv) -> Iterator[tuple[int, int, Array]]:
    """Every place of the kernel with its weights (groups, outs, ins)."""
    outs, ins, rows, columns = op.weight.shape
    weight = op.weight.astype(np.float64).reshape(op.groups, outs // op.groups, ins, rows, columns)
    for y in range(rows):
        for x in range(columns):
            yield y, x, np.ascontiguousarray(weight[..., y, x])


def _convolved(op: Conv, source: Array) -> Array:
    count, _, rows, columns = source.shape
    pad = op.padding
    padded = np.pad(source, ((0, 0), (0, 0), (pad.top, pad.bottom), (pad.left, pad.right)))
    sums = np.zeros((count, op.groups, op.out_channels // op.groups, rows * columns))
    for y, x, weight in _taps(op):
        tap = padded[:, :, y : y + rows, x : x + columns]
        sums += weight @ tap.reshape(count, op.groups, -1, rows * columns)
    if op.bias is not None:
        sums += op.bias.reshape(op.groups, -1, 1)
    return sums.reshape(count, op.out_channels, rows, columns)


def _spread(op: Conv, slope: Array) -> Array:
    """The convolution the other way: each tap's weights carry the slope to what it read."""
    count, _, rows, columns = slope.shape
    pad = op.padding
    grouped = slope.reshape(count, op.groups, -1, rows * columns)
    padded = np.zeros(
        (count, op.in_channels, rows + pad.top + pad.bottom, columns + pad.left + pad.right)
    )
    for y, x, weight in _taps(op):
        share = weight.swapaxes(1, 2) @ grouped
        padded[:, :, y : y + rows, x : x + columns] += share.reshape(count, -1, rows, columns)
    return padded[:, :, pad.top : pad.top + rows, pad.left : pad.left + columns]


def _blocks(tensor: Array, scale: int) -> Array:
    count, channels, rows, columns = tensor.shape
    return tensor.reshape(count, channels, rows // scale, scale, columns // scale, scale)


def _from_blocks(tensor: Array, scale: int) -> Array:
    count, _, rows, columns = tensor.shape
    blocks = _blocks(tensor, scale).transpose(0, 1, 3, 5, 2, 4)
    return blocks.reshape(count, -1, rows // scale, columns // scale)


def _to_blocks(tensor: Array, scale: int) -> Array:
    count, channels, rows, columns = tensor.shape
    blocks = tensor.reshape(count, channels // scale**2, scale, scale, rows, columns)
    return blocks.transpose(0, 1, 4, 2, 5, 3).reshape(count, -1, rows * scale, columns * scale)
