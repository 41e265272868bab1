"""What one pipeline of a datapath computes, as a matrix: the ops that sum, in one form.

A convolution, an Add and a Requantize are all ``requantize(matrix @ inputs + bias)``. Left shifts,
of operands that are aligned or of channels that are brought to one fraction, are in the matrix. A
convolution and the Add that reads its accumulator are one layer: the sum is exact, so one matrix
holds both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.fixed import Format, requantize
from srq.fixed.intervals import Interval
from srq.program import Program, Value


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


def width_of(program: Program, value: Value) -> Format:
    """The format that a value has on wires: an accumulator's is as wide as the proof leaves it."""
    if not value.is_accumulator:
        return value.format
    bits = max(int(program.ranges.values[value.name].bits.max()), 2)
    return Format(True, bits, value.format.frac)
