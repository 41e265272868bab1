"""The datapath ``dsp`` with weights from outside: a multiplier wherever the layer may have one.

The module has two more ports: ``weights``, of ``B_BITS`` each, for the places where the layer's
matrix is not 0, row after row; and ``biases``, of ``BIAS_BITS`` each, one an output, rounding
included. They stay as they are while pixels are under way. What the weights are is not known, so
sums are as wide as any weights make them, and all saturate.
"""

from dataclasses import dataclass, replace

import numpy as np

from srq.export.rtl.datapath.dsp import B_BITS, P_BITS, Chains
from srq.export.rtl.datapath.layer import Layer
from srq.export.rtl.datapath.module import Module

BIAS_BITS = 32


def loaded_module(layer: Layer, name: str) -> Module:
    """``layer`` with weights and biases of any values: its own say where they are, no more."""
    made = Loaded(layer, name, layer.matrix, None).module()
    weights, biases = int(np.count_nonzero(layer.matrix)), layer.outputs
    bits = weights * B_BITS + biases * BIAS_BITS
    return replace(made, weights=weights, biases=biases, set_bits=bits)


def limits_of(layer: Layer, output: int) -> tuple[int, int]:
    """What an output's sum can be, whatever is loaded."""
    used = layer.matrix[output] != 0
    largest = np.maximum(abs(layer.range.lo), abs(layer.range.hi))[used]
    most = (int(largest.sum()) << (B_BITS - 1)) + (1 << (BIAS_BITS - 1))
    return -most, most


@dataclass
class Loaded(Chains):
    """One module's text in the making."""

    def _ports(self) -> tuple[str, ...]:
        count = int(np.count_nonzero(self.weights))
        return (
            f"input  wire [{count * B_BITS - 1}:0] weights",
            f"input  wire [{self.layer.outputs * BIAS_BITS - 1}:0] biases",
        )

    def _coefficient(self, output: int, index: int) -> str:
        before = int(np.count_nonzero(self.weights[:output]))
        place = before + int(np.count_nonzero(self.weights[output, :index]))
        return f"weights[{place * B_BITS}+:{B_BITS}]"

    def _low(self, output: int) -> str:
        first, sign = output * BIAS_BITS, (output + 1) * BIAS_BITS - 1
        return f"{{{{{P_BITS - BIAS_BITS}{{biases[{sign}]}}}}, biases[{first}+:{BIAS_BITS}]}}"

    def _limits(self, output: int) -> tuple[int, int]:
        return limits_of(self.layer, output)
