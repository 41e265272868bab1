"""The datapath ``dsp``: a multiplier for each weight that additions would not do cheaply.

The multipliers of an output are a chain of DSP slices, each of which adds its product to what comes
down the chain; an input of the chain's n-th one comes n clocks later. Weights of few digits are
summed by shared additions first (the datapath ``constant``), with the rounding, and enter the chain
at its top.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from srq.adders import digit_counts
from srq.adders.graph import width_of
from srq.export.rtl.datapath.constant import ConstantPlan, constant_plan
from srq.export.rtl.datapath.layer import Layer
from srq.export.rtl.datapath.module import Cost, Module
from srq.export.rtl.datapath.verilog import (
    constant,
    declarations,
    delayed,
    header,
    operand,
    registers,
    requantize,
)
from srq.fixed import Format

MOST_DIGITS = 2
"""The digits of the weights that are summed without a multiplier."""

SLICE = 3
"""Registers of a slice from its input to its sum."""
A_BITS, B_BITS, P_BITS = 27, 18, 48


def dsp_module(layer: Layer, name: str, *, every: int, ternary: bool) -> Module:
    """``layer`` as chains of multipliers; ``every`` and ``ternary`` are for what has none."""
    weights, plan = divided(layer, MOST_DIGITS, every=every, ternary=ternary)
    return Chains(layer, name, weights, plan).module()


def divided(
    layer: Layer, digits: int, *, every: int, ternary: bool
) -> tuple[NDArray[np.int64], ConstantPlan | None]:
    """The weights that are multiplied, the others 0; and the sums of the others, if there are any:
    those of at most ``digits`` digits."""
    multiplied = _multiplied(layer, digits)
    fabric = _fabric(layer, multiplied, digits)
    plan = None
    if fabric.matrix.any():
        plan = constant_plan(fabric, every=every, ternary=ternary)
    return np.where(multiplied, layer.matrix, 0), plan


def _multiplied(layer: Layer, digits: int) -> NDArray[np.bool_]:
    """Which weights take a multiplier: of more digits, and within its width."""
    widths = np.array([width_of((lo, hi)) + (lo >= 0) for lo, hi in layer.limits])
    limit = 1 << (B_BITS - 1)
    fits = (layer.matrix >= -limit) & (layer.matrix < limit) & (widths <= A_BITS)
    return (digit_counts(layer.matrix) > digits) & fits


def _fabric(layer: Layer, multiplied: NDArray[np.bool_], digits: int) -> Layer:
    """The sums of the other weights, exact, with bias and rounding."""
    rest = replace(
        layer,
        name=f"{layer.name}, weights of at most {digits} digits",
        matrix=np.where(multiplied, 0, layer.matrix),
        bias=layer.rounding,
        shifts=(0,) * layer.outputs,
    )
    bits = max(int(rest.sums.bits.max()), 2)
    return replace(rest, format=Format(True, bits, 0))


@dataclass
class Chains:
    """One module's text in the making.

    weights: those that are multiplied, the rest 0.
    plan:    of what is not, if anything is.
    """

    layer: Layer
    name: str
    weights: NDArray[np.int64]
    plan: ConstantPlan | None

    def module(self) -> Module:
        """The module."""
        self._registers: list[tuple[str, str, int]] = []
        self._waits: dict[int, int] = {}  # of each input, the longest delay that is read
        self._ranges = self.layer.limits
        lines: list[str] = []
        made = self.plan.module(f"{self.name}_fabric") if self.plan else None
        start = made.latency - 1 if made else 0
        if made:
            lines += self._fabric(made)
        ends = [self._chain(output, start, lines) for output in range(self.layer.outputs)]
        latency = max(ends) + 1
        for output, end in enumerate(ends):
            self._output(output, end, latency, lines)
        inputs = self._inputs()
        body = [
            *declarations(self._registers),
            *inputs,
            *lines,
            *registers(self._registers),
            "endmodule",
        ]
        text = header(self.layer, self.name, latency, self._ports()) + "\n".join(body) + "\n"
        if made:
            text += "\n" + made.text
        cells = {"srq_requantize.sv", "srq_multiply_add.sv", *(made.cells if made else ())}
        return Module(self.name, text, latency, self._cost(made), tuple(sorted(cells)))

    def _ports(self) -> tuple[str, ...]:
        """Beside those of every module."""
        return ()

    def _cost(self, made: Module | None) -> Cost:
        cost = made.cost if made else Cost()
        waiting = sum(bits for _, _, bits in self._registers)
        return replace(
            cost,
            registers=cost.registers + waiting,
            multipliers=int(np.count_nonzero(self.weights)),
        )

    def _fabric(self, made: Module) -> list[str]:
        """What has no multiplier, as an instance: ``low``."""
        plan = self.plan
        assert plan is not None
        ports = ", ".join(f".{port.name}({port.name})" for port in self.layer.ports)
        return [
            f"    wire [{plan.layer.outputs * plan.layer.format.bits - 1}:0] low;",
            f"    {made.name} fabric (.clk(clk), .ce(ce), {ports}, .y(low));",
        ]

    def _chain(self, output: int, start: int, lines: list[str]) -> int:
        """An output's multipliers, the first with its input ``start`` clocks late; the clock after
        which its sum is there."""
        used = np.flatnonzero(self.weights[output])
        if not len(used):
            return start + 1 if self.plan else 0
        for place, index in enumerate(used):
            at = f"{output}_{place}"
            lines.append(f"    wire [{P_BITS - 1}:0] p{at}, pcout{at};")
            before = f"pcout{output}_{place - 1}" if place else constant(0, P_BITS)
            above = constant(0, P_BITS) if place else self._low(output)
            lines.append(
                f"    srq_multiply_add #(.CASCADE({int(place > 0)})) slice{at} (.clk(clk), .ce(ce),"
                f" .a({self._input(int(index), start + place)}),"
                f" .b({self._coefficient(output, int(index))}), .c({above}), .pcin({before}),"
                f" .p(p{at}), .pcout(pcout{at}));"
            )
        return start + SLICE + len(used) - 1

    def _coefficient(self, output: int, index: int) -> str:
        """A weight that is multiplied, in the width of a multiplier."""
        return constant(int(self.weights[output, index]), B_BITS)

    def _low(self, output: int) -> str:
        """What enters an output's chain, in the width of a sum."""
        if self.plan is None:
            return constant(int(self.layer.rounding[output]), P_BITS)
        bits = self.plan.layer.format.bits
        sign = f"low[{(output + 1) * bits - 1}]"
        return f"{{{{{P_BITS - bits}{{{sign}}}}}, low[{output * bits}+:{bits}]}}"

    def _input(self, index: int, wait: int) -> str:
        """An input, some clocks late, in the width of a multiplier."""
        self._waits[index] = max(self._waits.get(index, 0), wait)
        limits = self._ranges[index]
        return operand(delayed(f"v{index}", wait), limits, self._width(index), 0, A_BITS)

    def _inputs(self) -> list[str]:
        """The inputs that are multiplied, and their delays."""
        lines, index = [], 0
        for port in self.layer.ports:
            for element in range(port.elements):
                if index in self._waits:
                    width = self._width(index)
                    first = element * port.format.bits
                    lines.append(
                        f"    wire [{width - 1}:0] v{index} = {port.name}[{first}+:{width}];"
                    )
                    for wait in range(1, self._waits[index] + 1):
                        name, before = delayed(f"v{index}", wait), delayed(f"v{index}", wait - 1)
                        self._registers.append((name, before, width))
                index += 1
        return lines

    def _output(self, output: int, end: int, latency: int, lines: list[str]) -> None:
        """Requantized as soon as the sum is there, then delayed to the latest output."""
        layer, bits = self.layer, self.layer.format.bits
        width = self._sum_width(output)
        whole = f"s{output}"
        lines.append(f"    wire [{P_BITS - 1}:0] {whole} = {self._whole(output)};")
        lines.append(f"    wire [{bits - 1}:0] q{output};")
        lines.append(
            requantize(layer, output, width, self._limits(output), f"{whole}[{width - 1}:0]")
        )
        for wait in range(1, latency - end + 1):
            name, before = delayed(f"q{output}", wait), delayed(f"q{output}", wait - 1)
            self._registers.append((name, before, bits))
        last = delayed(f"q{output}", latency - end)
        lines.append(f"    assign y[{output * bits}+:{bits}] = {last};")

    def _sum_width(self, output: int) -> int:
        """Of an output's sum in two's complement, and more than its shift."""
        lo, hi = self._limits(output)
        return max(width_of((lo, hi)) + (lo >= 0), self.layer.shifts[output] + 1)

    def _limits(self, output: int) -> tuple[int, int]:
        """The least and the greatest sum of an output."""
        return self.layer.sums[output]

    def _whole(self, output: int) -> str:
        """The sum of an output, in the width of a slice's."""
        used = int(np.count_nonzero(self.weights[output]))
        return f"p{output}_{used - 1}" if used else self._low(output)

    def _width(self, index: int) -> int:
        return max(width_of(self._ranges[index]), 1)
