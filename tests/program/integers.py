"""A Program evaluated pixel by pixel in Python's own integers: the reference's authority.

It shares no code with the engines: it reads the ops' fields, derives every fraction itself,
rounds with rational numbers, and checks each integer before saturation against int32.
"""

from fractions import Fraction
from math import floor

from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Output,
    PixelShuffle,
    Program,
    Requantize,
)

Plane = list[list[int]]
Tensor = list[Plane]


def evaluate(program: Program, picture: Plane) -> dict[str, Tensor]:
    """Every op's tensor by name, for a picture given as rows of integers."""
    tensors: dict[str, Tensor] = {}
    fracs: dict[str, int] = {}
    for op in program.ops:
        given = [tensors[name] for name in op.sources]
        given_fracs = [fracs[name] for name in op.sources]
        match op:
            case Input():
                tensors[op.name], fracs[op.name] = [picture], op.format.frac
            case Conv():
                result = _conv(op, given[0], given_fracs[0])
                tensors[op.name], fracs[op.name] = result
            case Add():
                frac = max(given_fracs)
                a, b = given
                scale_a, scale_b = (2 ** (frac - f) for f in given_fracs)
                total = _map(lambda x, y: _int32(x * scale_a + y * scale_b), a, b)  # noqa: B023
                tensors[op.name], fracs[op.name] = _rounded(total, frac, op.format)
            case Requantize():
                tensors[op.name], fracs[op.name] = _rounded(given[0], given_fracs[0], op.format)
            case PixelShuffle():
                tensors[op.name], fracs[op.name] = _shuffle(given[0], op.scale), given_fracs[0]
            case NearestUpsample():
                tensors[op.name], fracs[op.name] = _nearest(given[0], op.scale), given_fracs[0]
            case Output():
                tensors[op.name], fracs[op.name] = given[0], given_fracs[0]
    return tensors


def _conv(op: Conv, source: Tensor, frac: int) -> tuple[Tensor, int]:
    height, width = len(source[0]), len(source[0][0])
    fracs = [frac + (op.weight_frac * op.out_channels)[o] for o in range(op.out_channels)]
    if len(op.weight_frac) > 1:
        fracs = [frac + f for f in op.weight_frac]
    out_frac = max(fracs) if op.format is None else op.format.frac
    tensor = []
    for o in range(op.out_channels):
        plane = [[_sum_at(op, source, o, y, x) for x in range(width)] for y in range(height)]
        if op.format is None:
            aligned = [[_int32(n * 2 ** (out_frac - fracs[o])) for n in row] for row in plane]
            tensor.append(aligned)
        else:
            tensor.extend(_rounded([plane], fracs[o], op.format)[0])
    return tensor, out_frac


def _sum_at(op: Conv, source: Tensor, out: int, y: int, x: int) -> int:
    inputs, rows, columns = op.weight.shape[1:]
    first = out * op.groups // op.out_channels * inputs
    total = 0 if op.bias is None else int(op.bias[out])
    for i in range(inputs):
        for dy in range(rows):
            for dx in range(columns):
                row, column = y + dy - op.padding.top, x + dx - op.padding.left
                if 0 <= row < len(source[0]) and 0 <= column < len(source[0][0]):
                    total += int(op.weight[out, i, dy, dx]) * source[first + i][row][column]
                    _int32(total)
    return total


def _rounded(tensor: Tensor, frac: int, fmt: Format | None) -> tuple[Tensor, int]:
    if fmt is None:
        return tensor, frac
    return _map(lambda n: _requantize(n, frac - fmt.frac, fmt), tensor), fmt.frac


def _requantize(acc: int, shift: int, fmt: Format) -> int:
    half = Fraction(1, 2) if shift > 0 else 0
    _int32(acc + int(half * 2**shift))
    exact = floor(Fraction(acc) / Fraction(2) ** shift + half)
    _int32(exact)
    return min(max(exact, fmt.lo), fmt.hi)


def _shuffle(tensor: Tensor, scale: int) -> Tensor:
    height, width = len(tensor[0]), len(tensor[0][0])
    return [
        [
            [
                tensor[c * scale**2 + y % scale * scale + x % scale][y // scale][x // scale]
                for x in range(width * scale)
            ]
            for y in range(height * scale)
        ]
        for c in range(len(tensor) // scale**2)
    ]


def _nearest(tensor: Tensor, scale: int) -> Tensor:
    return [
        [
            [row[x // scale] for x in range(len(row) * scale)]
            for row in (plane[y // scale] for y in range(len(plane) * scale))
        ]
        for plane in tensor
    ]


def _map(function, *tensors: Tensor) -> Tensor:
    return [
        [[function(*ns) for ns in zip(*rows, strict=True)] for rows in zip(*planes, strict=True)]
        for planes in zip(*tensors, strict=True)
    ]


def _int32(n: int) -> int:
    assert -(2**31) <= n < 2**31, f"{n} overflows 32 bits in a Program that was proved"
    return n
