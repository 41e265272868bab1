"""What one pipeline of a datapath computes, as a matrix: the ops that sum, in one form.

A convolution, an Add and a Requantize are all ``requantize(matrix @ inputs + bias)``. Left shifts,
of operands that are aligned or of channels that are brought to one fraction, are in the matrix. A
convolution and the Add that reads its accumulator are one layer: the sum is exact, so one matrix
holds both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from srq.fixed import Format, requantize
from srq.fixed.intervals import Interval
from srq.program import Add, Conv, Program, Requantize, Step, Value


@dataclass(frozen=True, eq=False)
class Port:
    """An input of a module: elements of one format, element i at bits i * format.bits.

    name:   of the port.
    format: of every element.
    range:  the least and the greatest integer of each element, as the Program's proof has them;
            with 0 among them where the border pads.
    """

    name: str
    format: Format
    range: Interval

    @property
    def elements(self) -> int:
        """How many integers come at once."""
        return len(self.range.lo)

    @property
    def bits(self) -> int:
        """The width of the port."""
        return self.elements * self.format.bits


@dataclass(frozen=True, eq=False)
class Layer:
    """``requantize(matrix @ inputs + bias, shifts, format)``, one picture position at a time.

    name:   of the op that gives the result.
    ports:  the inputs, one after the other, are the matrix's columns.
    matrix: int64 (outputs, inputs).
    bias:   int64 (outputs,).
    shifts: per output, from 0 up: what the sum is shifted right by, rounded half up.
    format: of the outputs. An accumulator's is as wide as the proof leaves it.
    """

    name: str
    ports: tuple[Port, ...]
    matrix: NDArray[np.int64]
    bias: NDArray[np.int64]
    shifts: tuple[int, ...]
    format: Format

    @property
    def outputs(self) -> int:
        """How many integers go out at once."""
        return len(self.matrix)

    @property
    def range(self) -> Interval:
        """The least and the greatest integer of each input."""
        return Interval(
            np.concatenate([port.range.lo for port in self.ports]),
            np.concatenate([port.range.hi for port in self.ports]),
        )

    @property
    def limits(self) -> list[tuple[int, int]]:
        """The same, input by input."""
        return [(int(lo), int(hi)) for lo, hi in zip(self.range.lo, self.range.hi, strict=True)]

    @property
    def rounding(self) -> NDArray[np.int64]:
        """What is added to each exact sum before its low bits are dropped: bias and half."""
        half = [1 << (shift - 1) if shift else 0 for shift in self.shifts]
        return self.bias + np.array(half, np.int64)

    @property
    def sums(self) -> Interval:
        """The least and the greatest sum of each output, with its rounding."""
        lo, hi = self.range.lo, self.range.hi
        least = np.minimum(self.matrix * lo, self.matrix * hi).sum(axis=1)
        most = np.maximum(self.matrix * lo, self.matrix * hi).sum(axis=1)
        return Interval(least + self.rounding, most + self.rounding)

    def evaluate(self, inputs: NDArray[np.integer]) -> NDArray[np.int64]:
        """What the module gives for ``inputs`` (inputs,) or (inputs, positions)."""
        sums = self.matrix @ inputs.astype(np.int64)
        sums = sums + self.bias.reshape(-1, *[1] * (sums.ndim - 1))
        rows = [requantize(s, n, self.format) for s, n in zip(sums, self.shifts, strict=True)]
        return np.stack(rows).astype(np.int64)


def layer_of(program: Program, step: Step) -> Layer:
    """One op with arithmetic by itself.

    A Conv has the port ``x``: all channels of all taps, channel fastest, then column, then row.
    An Add has the ports ``x`` and ``skip``, its operands; a Requantize the port ``x``.
    """
    match step.op:
        case Conv() as op:
            ports = (port_of(program, step.sources[0], "x", op.kernel[0] * op.kernel[1]),)
            matrix, bias = _matrix(op), np.zeros(op.out_channels, np.int64)
            if op.bias is not None:
                bias = op.bias.astype(np.int64)
        case Add():
            names = ("x", "skip")
            ports = tuple(
                port_of(program, v, name) for v, name in zip(step.sources, names, strict=True)
            )
            one = np.eye(step.value.channels, dtype=np.int64)
            matrix = np.hstack([one << align for align in step.aligns])
            bias = np.zeros(step.value.channels, np.int64)
        case Requantize():
            ports = (port_of(program, step.sources[0], "x"),)
            matrix = np.eye(step.value.channels, dtype=np.int64)
            bias = np.zeros(step.value.channels, np.int64)
        case _:
            raise ValueError(f"{step.op.kind} does no arithmetic")
    left = np.array([max(-shift, 0) for shift in step.shifts], np.int64)
    return Layer(
        step.op.name,
        ports,
        matrix << left[:, np.newaxis],
        bias << left,
        tuple(max(shift, 0) for shift in step.shifts),
        width_of(program, step.value),
    )


def with_add(
    layer: Layer, program: Program, add: Step, operand: int, skip: Port, columns: Sequence[int]
) -> Layer:
    """``layer``, whose result is an accumulator, and the Add that reads it, as one layer.

    operand: which of the Add's sources comes from the layer: 0 or 1.
    skip:    the port of the other one.
    columns: for each of the layer's outputs, the element of ``skip`` that is added to it. The
             outputs may be pixels that a pixel shuffle deals out later: the sum is the same.
    """
    if any(layer.shifts):
        raise ValueError(f"{layer.name} is requantized before it is added")
    mine, other = add.aligns[operand], add.aligns[1 - operand]
    skipped = np.zeros((layer.outputs, skip.elements), np.int64)
    skipped[np.arange(layer.outputs), list(columns)] = 1 << other
    shift = add.shifts[0]
    left = max(-shift, 0)
    return replace(
        layer,
        name=add.op.name,
        ports=(*layer.ports, skip),
        matrix=np.hstack([layer.matrix << mine, skipped]) << left,
        bias=layer.bias << (mine + left),
        shifts=(max(shift, 0),) * layer.outputs,
        format=width_of(program, add.value),
    )


def port_of(program: Program, value: Value, name: str, taps: int = 1) -> Port:
    """The port that ``taps`` positions of a value come in by; from 2 on, the border is among
    them."""
    found = program.ranges.values[value.name]
    lo, hi = found.lo, found.hi
    if taps > 1:
        lo, hi = np.minimum(lo, 0), np.maximum(hi, 0)
    return Port(name, width_of(program, value), Interval(np.tile(lo, taps), np.tile(hi, taps)))


def width_of(program: Program, value: Value) -> Format:
    """The format that a value has on wires: an accumulator's is as wide as the proof leaves it."""
    if not value.is_accumulator:
        return value.format
    bits = max(int(program.ranges.values[value.name].bits.max()), 2)
    return Format(True, bits, value.format.frac)


def _matrix(op: Conv) -> NDArray[np.int64]:
    """The weights as (outputs, rows * columns * in_channels), zero between groups."""
    outputs, per_group = op.weight.shape[:2]
    rows, columns = op.kernel
    matrix = np.zeros((outputs, rows, columns, op.in_channels), np.int64)
    taps = op.weight.astype(np.int64).transpose(0, 2, 3, 1)
    for output in range(outputs):
        first = output * op.groups // outputs * per_group
        matrix[output, :, :, first : first + per_group] = taps[output]
    return matrix.reshape(outputs, -1)
