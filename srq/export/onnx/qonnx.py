"""A Program as a QONNX graph: floats that stand for the integers, with their quantizers.

QONNX adds the operator Quant to the standard ones. brevitas writes it too, but only with the
roundings that it knows, and half up is none of them; so it is written from the Program, from
which both the twin in brevitas and this graph have their numbers. Values are what the integers
stand for, n * 2^-frac: the scale of a value's Quant is 2^-frac, its zero point 0. Quant's
HALF_UP rounds -1.5 to -2, a Program to -1; so half of the last bit is added and the mode is
FLOOR.
"""

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

from srq.export.onnx.exact import StepWriter, add_program
from srq.export.onnx.graph import INPUT, OUTPUT, Graph, tensor_info
from srq.export.onnx.plan import Held, plan
from srq.program import Conv, Program

DOMAIN, VERSION = "qonnx.custom_op.general", 1


def check_qonnx(program: Program) -> list[str]:
    """Why the graph cannot hold ``program`` exactly: sums that float32 cannot do."""
    return [
        f"op {name!r} has sums beyond 2^24 that do not saturate, and QONNX's floats are float32;"
        " use narrower weights or activations, or the kind exact."
        for name, planned in plan(program).items()
        if planned.sum.wide
    ]


def qonnx_model(program: Program, *, name: str, metadata: dict[str, str]) -> ModelProto:
    """The model of a Program that ``check_qonnx`` finds nothing in.

    It takes and gives luma as float32 (N, 1, H, W) and (N, 1, sH, sW): code values divided by
    2^bits, as a Program's formats have it.
    """
    graph = Graph()
    read = program.input.format
    picture = _quant(graph, INPUT, 2.0**-read.frac, read.bits, read.signed, "ROUND")
    add_program(graph, program, picture, _QuantWriter)
    graph.call_last(OUTPUT)
    s = program.scale
    return graph.model(
        name,
        tensor_info(INPUT, np.float32, ["N", 1, "H", "W"]),
        tensor_info(OUTPUT, np.float32, ["N", 1, f"{s}*H", f"{s}*W"]),
        metadata=metadata,
        domains={DOMAIN: VERSION},
    )


class _QuantWriter(StepWriter):
    def grid(self, held: Held) -> int:
        """Every tensor holds what its integers stand for."""
        return 0

    def weight(self, op: Conv, name: str, scaled: NDArray, units: NDArray) -> str:
        """Weights with their quantizer, of the width that the Program declares."""
        constant = self.graph.constant(scaled, np.float32, name)
        scale = units if np.ptp(units) else units.flat[0]
        return _quant(self.graph, constant, scale, op.weight_bits, True, "ROUND")

    def round(self, total: str) -> None:
        """The sum's quantizer."""
        fmt = self.step.value.format
        _quant(self.graph, total, 2.0**-fmt.frac, fmt.bits, fmt.signed, "FLOOR")


def _quant(
    graph: Graph, source: str, scale: float | NDArray, bits: int, signed: bool, rounding: str
) -> str:
    return graph.op(
        "Quant",
        source,
        *(graph.constant(number, np.float32) for number in (scale, 0, bits)),
        domain=DOMAIN,
        narrow=0,
        rounding_mode=rounding,
        signed=int(signed),
    )
