"""What an op's arithmetic is set to: constants of one build, words over AXI-Lite of the other."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from srq.program import Add, Conv, Program, Requantize, Step


@dataclass(frozen=True)
class Table:
    """Integers of one kind that an op has, in the order in which they are loaded.

    prefix: of the table's name in C++, before the op's.
    ctype:  of an entry.
    """

    prefix: str
    ctype: str
    integers: tuple[int, ...]


def tables(step: Step) -> list[Table]:
    """The parameters of one op; none for an op without arithmetic."""
    op = step.op
    match op:
        case Conv():
            bias = np.zeros(1, np.int64) if op.bias is None else op.bias
            return [
                Table("W", f"L_{op.name}::Weight", _integers(op.weight)),
                Table("B", f"L_{op.name}::Sum", _integers(bias)),
                Table("Q", "srq::Shift", step.shifts),
            ]
        case Add():
            return [Table("Q", "srq::Shift", (*step.aligns, step.shifts[0]))]
        case Requantize():
            return [Table("Q", "srq::Shift", (step.shifts[0],))]
    return []


def words(program: Program) -> list[int]:
    """All parameters in the order of the memory behind the AXI-Lite port."""
    return [n for step in program.steps for table in tables(step) for n in table.integers]


def parameterized(program: Program) -> Iterator[tuple[Step, int, int]]:
    """Every op that has parameters, its first word and how many it has."""
    first = 0
    for step in program.steps:
        count = sum(len(table.integers) for table in tables(step))
        if count:
            yield step, first, count
        first += count


def structure_of(program: Program) -> str:
    """A number, in hexadecimal, that two Programs share if their parameters may be exchanged.

    It says everything but weights, biases and fractions: ops, channels, kernels, widths, signs.
    """
    place = {op.name: index for index, op in enumerate(program.ops)}
    described = [
        [
            step.op.kind.value,
            [place[source.name] for source in step.sources],
            [step.value.channels, step.value.scale],
            [step.value.format.signed, step.value.format.bits],
            _shape(step),
        ]
        for step in program.steps
    ]
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:16]


def _shape(step: Step) -> list[object]:
    op = step.op
    if not isinstance(op, Conv):
        return []
    pad = op.padding
    return [
        list(op.weight.shape),
        op.weight_bits,
        op.groups,
        [pad.top, pad.bottom, pad.left, pad.right],
        op.bias is not None,
    ]


def _integers(array: np.ndarray) -> tuple[int, ...]:
    return tuple(int(n) for n in array.reshape(-1))
