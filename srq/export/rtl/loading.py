"""Weights that are loaded: what a core leaves open, and the words that another Program fills in.

Such a core has the streams, windows and formats of a Program, and a multiplier wherever one of its
weights may be, 0 or not. Each layer's sums are shifted right by ``SPARE`` bits more than the
Program's are, where its weights leave room, and a Program that shifts by less has its weights
multiplied by as many powers of two: (2^n sum + 2^n half) >> (shift + n) is (sum + half) >> shift.
So a Program may have points of its own.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.dataflow.planes import Planes
from srq.errors import ProgramError
from srq.export.rtl.datapath import Layer, Port
from srq.export.rtl.datapath.dsp import B_BITS, P_BITS
from srq.export.rtl.datapath.loaded import BIAS_BITS, limits_of
from srq.export.rtl.processes import Process, processes_of
from srq.fixed.intervals import Interval
from srq.program import Conv, Program

SPARE = 2
"""Bits by which a core shifts sums more than the Program that it is made of, if there is room."""


def opened(program: Program) -> list[Process]:
    """The processes of a core that takes the weights of ``program`` and others.

    A layer's matrix is 1 where it may have a weight, its bias 0; inputs are whatever their formats
    hold, and all outputs have one shift.
    """
    return [
        replace(process, layer=_opened(process.layer, places))
        for process, places in zip(processes_of(program), _places(program), strict=True)
    ]


def words(cores: Sequence[Process], program: Program) -> list[int]:
    """The set of ``program`` for a core whose processes are these of ``opened``: all weights in
    two's complement of ``B_BITS``, then all biases of ``BIAS_BITS``.

    Raises ProgramError where the core cannot have them; that the structure is the core's is for
    ``structure`` to say.
    """
    weights: list[int] = []
    biases: list[int] = []
    for core, process in zip(cores, processes_of(program), strict=True):
        matrix, bias = _scaled(process.layer, core.layer.shifts[0])
        weights += matrix[core.layer.matrix != 0].tolist()
        biases += bias.tolist()
    return [n % (1 << 32) for n in (*weights, *biases)]


def structure(program: Program) -> str:
    """What a core of ``program`` has that is not loaded: equal for Programs that can share one."""
    planes = Planes(program)
    out = planes.views[program.output.name]
    found = processes_of(program)
    place = {name: n for n, name in enumerate([program.input.name, *(p.name for p in found)])}
    described: list[Any] = [
        [str(program.input_value.format), str(program.output_value.format), program.scale],
        [place[out.base], out.planes.tolist()],
    ]
    for process, places in zip(found, _places(program), strict=True):
        layer, window = process.layer, process.window
        formats = [*(port.format for port in layer.ports), layer.format]
        described.append(
            [
                [place[read.value] for read in process.reads],
                [window.top, window.bottom, window.left, window.right],
                [[fmt.signed, fmt.bits] for fmt in formats],
                [list(places.shape), np.packbits(places).tobytes().hex()],
            ]
        )
    return json.dumps(described)


def layout(program: Program) -> int:
    """32 bits that say what each word of a set means: those of ``structure`` and of the shifts."""
    shifts = [process.layer.shifts[0] for process in opened(program)]
    text = f"{structure(program)} {shifts}"
    return int(hashlib.sha256(text.encode("ascii")).hexdigest()[:8], 16)


def problems(program: Program) -> list[str]:
    """Why the weights of ``program`` cannot be loaded into a core of its own, in sentences."""
    found = []
    if not any(places.any() for places in _places(program)):
        found.append("there is no weight to load.")
    for process, open_ in zip(processes_of(program), opened(program), strict=True):
        name, layer = process.name, open_.layer
        if program.step(name).value.is_accumulator:
            found.append(
                f"loaded weights need a format for every value, and {name!r} is an accumulator"
                " that more than one op reads; give it a format."
            )
            continue
        most = max(limits_of(layer, output)[1] for output in range(layer.outputs))
        if most >= 1 << (P_BITS - 1):
            found.append(f"a sum of {name!r} may need more than the {P_BITS} bits of a multiplier.")
        try:
            _scaled(process.layer, layer.shifts[0])
        except ProgramError as error:
            found.append(str(error))
    return found


def reasons_against(core: Program, program: Program) -> list[str]:
    """Why the weights of ``program`` cannot be loaded into the core of another."""
    name = program.name or program.fingerprint[:12]
    if structure(core) != structure(program):
        return [
            f"{name} cannot be loaded into it: ops, channels, kernels, widths and signs must be"
            " the same, and they are not."
        ]
    try:
        words(opened(core), program)
    except ProgramError as error:
        return [f"{name} cannot be loaded into it: {error}"]
    return []


def turned(program: Program) -> Program:
    """A Program of the same structure with other weights: every kernel and the order of biases
    turned round."""
    return _with(
        program,
        {
            op.name: (
                op.weight[:, ::-1, ::-1, ::-1],
                None if op.bias is None else op.bias[::-1],
            )
            for op in program.convs
        },
    )


def _opened(layer: Layer, places: NDArray[np.bool_]) -> Layer:
    shift = max(layer.shifts)
    spare = next((n for n in range(SPARE, 0, -1) if _fits(layer, shift + n)), 0)
    return replace(
        layer,
        ports=tuple(_full(port) for port in layer.ports),
        matrix=places.astype(np.int64),
        bias=np.zeros_like(layer.bias),
        shifts=(shift + spare,) * layer.outputs,
    )


def _full(port: Port) -> Port:
    """The port with all integers of its format."""
    lo, hi = (np.full(port.elements, end, np.int64) for end in (port.format.lo, port.format.hi))
    return replace(port, range=Interval(lo, hi))


def _scaled(layer: Layer, shift: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The matrix and the biases, rounding included, of sums that are shifted by ``shift``.

    Raises ProgramError where they are too large, or the layer shifts by more.
    """
    more = shift - np.array(layer.shifts, np.int64)
    if more.min() < 0:
        raise ProgramError(
            f"{layer.name!r} drops {max(layer.shifts)} bits of a sum, and {shift} are possible."
        )
    matrix, bias = layer.matrix << more[:, np.newaxis], layer.rounding << more
    for what, found, bits in (("weight", matrix, B_BITS), ("bias", bias, BIAS_BITS)):
        needed = int(Interval(found.reshape(-1), found.reshape(-1)).bits.max())
        if needed > bits:
            raise ProgramError(
                f"a {what} of {layer.name!r} takes {needed} bits, and {bits} are possible."
            )
    return matrix, bias


def _fits(layer: Layer, shift: int) -> bool:
    try:
        _scaled(layer, shift)
    except ProgramError:
        return False
    return True


def _places(program: Program) -> list[NDArray[np.bool_]]:
    """Where each process may have weights: where it has some if all weights are 1."""
    ones = _with(program, {op.name: (np.ones_like(op.weight), None) for op in program.convs})
    return [process.layer.matrix != 0 for process in processes_of(ones)]


def _with(
    program: Program, weights: dict[str, tuple[NDArray[Any], NDArray[Any] | None]]
) -> Program:
    """``program`` with these weights and biases, by the convolution's name."""
    made = {
        op.name: Conv(
            op.name,
            op.source,
            weights[op.name][0],
            weight_bits=op.weight_bits,
            weight_frac=op.weight_frac,
            padding=op.padding,
            format=op.format,
            groups=op.groups,
            bias=weights[op.name][1],
        )
        for op in program.convs
    }
    return Program([made.get(op.name, op) for op in program.ops], name=program.name)
