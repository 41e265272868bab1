"""The reference: what a Program means, in NumPy, one function per op.

Every other engine must equal this one bit for bit. It is written to be read beside
docs/reference/program-spec.md; speed comes second. Tensors are int32 (channels, rows, columns),
and the sums below are int32 as well: a Program is only made once ``srq.program.ranges`` has proved
that no picture can overflow them.
"""

from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from srq.fixed import Format, requantize
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Output,
    PixelShuffle,
    Program,
    Requantize,
    Step,
)
from srq.program.pictures import checked_picture

Tensor = NDArray[np.int32]


class Reference:
    """Runs a Program by definition. See ``srq.engines.Engine``.

    Memory: the tensors alive at once, of 4 bytes an element; for the paper's network about
    650 bytes a low-resolution pixel.
    """

    name = "reference"
    streams = False

    def __init__(self, program: Program, threads: int | None = None) -> None:
        """``threads`` is ignored: the reference uses one."""
        self.program = program
        self.scale = program.scale

    @overload
    def __call__(self, picture: NDArray[Any], *, trace: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    def __call__(self, picture: NDArray[Any], *, trace: Literal[True]) -> dict[str, Tensor]: ...

    def __call__(
        self, picture: NDArray[Any], *, trace: bool = False
    ) -> NDArray[Any] | dict[str, Tensor]:
        """The upscaled picture; with ``trace``, every op's tensor by the op's name instead.

        The trace goes from the Input's tensor to the Output's, in the Program's order.
        """
        given = checked_picture(picture, self.program)
        tensors: dict[str, Tensor] = {}
        for step in self.program.steps:
            sources = [tensors[source.name] for source in step.sources]
            tensors[step.op.name] = run_step(step, sources, given)
            if not trace:
                for name in step.releases:
                    del tensors[name]
        if trace:
            return tensors
        result = self.program.output_value
        return tensors[result.name][0].astype(result.format.dtype)


def run_step(step: Step, sources: list[Tensor], picture: NDArray[Any]) -> Tensor:
    """The tensor that one step makes of its source tensors (the Input: of the picture)."""
    match step.op:
        case Input():
            return picture.astype(np.int32)[np.newaxis]
        case Conv() as op:
            return requantize_channels(accumulate(op, sources[0]), step.shifts, step.value.format)
        case Add():
            a, b = sources
            total = (a << step.aligns[0]) + (b << step.aligns[1])
            return requantize_channels(total, step.shifts, step.value.format)
        case Requantize():
            return requantize_channels(sources[0], step.shifts, step.value.format)
        case PixelShuffle() as op:
            return pixel_shuffle(sources[0], op.scale)
        case NearestUpsample() as op:
            return nearest_upsample(sources[0], op.scale)
        case Output():
            return sources[0]
        case _:
            raise AssertionError(f"{step.op.kind} has no meaning here")


def accumulate(op: Conv, source: Tensor) -> Tensor:
    """The exact sums of a convolution, each channel at its own fraction, bias included.

    source: (op.in_channels, rows, columns); returns (op.out_channels, rows, columns).
    """
    _, rows, columns = source.shape
    pad = op.padding
    padded = np.pad(source, ((0, 0), (pad.top, pad.bottom), (pad.left, pad.right)))
    outs_per_group = op.out_channels // op.groups
    ins_per_group = op.in_channels // op.groups
    sums = np.zeros((op.out_channels, rows, columns), np.int32)
    product = np.empty((rows, columns), np.int32)
    for out in range(op.out_channels):
        if op.bias is not None:
            sums[out] = op.bias[out]
        first = out // outs_per_group * ins_per_group
        for i, y, x in np.argwhere(op.weight[out]):
            tap = padded[first + i, y : y + rows, x : x + columns]
            np.multiply(tap, op.weight[out, i, y, x], out=product)
            sums[out] += product
    return sums


def requantize_channels(sums: Tensor, shifts: tuple[int, ...], fmt: Format) -> Tensor:
    """Every channel of ``sums`` requantized to ``fmt`` by its own shift."""
    return np.stack(
        [requantize(channel, shift, fmt) for channel, shift in zip(sums, shifts, strict=True)]
    )


def pixel_shuffle(source: Tensor, scale: int) -> Tensor:
    """(c * scale^2, h, w) to (c, scale * h, scale * w): channels to the pixels of a block."""
    channels, rows, columns = source.shape
    blocks = source.reshape(channels // scale**2, scale, scale, rows, columns)
    return blocks.transpose(0, 3, 1, 4, 2).reshape(-1, rows * scale, columns * scale)


def nearest_upsample(source: Tensor, scale: int) -> Tensor:
    """(c, h, w) to (c, scale * h, scale * w): every pixel repeated into a block."""
    return source.repeat(scale, axis=1).repeat(scale, axis=2)
