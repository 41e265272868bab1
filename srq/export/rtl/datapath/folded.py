"""The datapath ``folded``: some clocks a pixel, in which every multiplier does as many weights.

An output's weights are dealt out to a chain of DSP slices, one to a slice and a phase. In each
phase of a pixel the slices' inputs are chosen anew, the chain gives the sum of that phase's
products, and an accumulator adds the phases up. It begins with the sum of the weights that are
powers of two, and of the rounding, which shared additions make (the datapath ``constant``).

The module has the port ``phase``, which counts a pixel's enabled clocks from 0; all inputs stay the
same meanwhile. ``y`` belongs to the inputs whose last phase was ``latency`` enabled clocks ago.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from srq.export.rtl.datapath.dsp import A_BITS, B_BITS, P_BITS, SLICE, Chains, divided
from srq.export.rtl.datapath.layer import Layer
from srq.export.rtl.datapath.module import Cost, Module, phase_bits
from srq.export.rtl.datapath.verilog import constant, delayed, operand

MOST_DIGITS = 1
"""The digits of the weights that are summed without a multiplier."""


def folded_module(layer: Layer, name: str, *, fold: int, every: int, ternary: bool) -> Module:
    """``layer`` in ``fold`` clocks; ``every`` and ``ternary`` are for what has no multiplier."""
    weights, plan = divided(layer, MOST_DIGITS, every=every, ternary=ternary)
    return replace(Folded(layer, name, weights, plan, fold).module(), fold=fold)


@dataclass
class Folded(Chains):
    """One module's text in the making. fold: the phases of a pixel."""

    fold: int
    _waiting: dict[str, int] = field(default_factory=dict)  # of a wire, its longest delay
    _chosen: dict[tuple[int, ...], str] = field(default_factory=dict)  # inputs by phase: a wire

    def _ports(self) -> tuple[str, ...]:
        return (f"input  wire [{phase_bits(self.fold) - 1}:0] phase",)

    def _cost(self, made: Module | None) -> Cost:
        cost = super()._cost(made)
        sums = [output for output, row in enumerate(self.weights) if row.any()]
        return replace(
            cost,
            adders=cost.adders + len(sums),
            bits=cost.bits + sum(self._sum_width(output) for output in sums),
            multipliers=sum(len(self._slots(output)) for output in sums),
        )

    def _slots(self, output: int) -> NDArray[np.int64]:
        """(slices, phases): which input each slice of an output multiplies; -1 for none.

        Where it takes no slice more, an output takes all inputs that the layer multiplies, so that
        outputs share the choice.
        """
        used = np.flatnonzero(self.weights[output])
        read = np.flatnonzero(self.weights.any(axis=0))
        slices = -(-len(used) // self.fold)
        if -(-len(read) // self.fold) == slices:
            used = read
        slots = np.full(slices * self.fold, -1, np.int64)
        slots[: len(used)] = used
        return slots.reshape(slices, self.fold)

    @property
    def _low_latency(self) -> int:
        return self.plan.pipeline.latency if self.plan else 0

    def _chain(self, output: int, start: int, lines: list[str]) -> int:
        del start
        if not self.weights[output].any():
            return self._low_latency
        slots = self._slots(output)
        # So late that what the accumulator begins with is there.
        start = max(self._low_latency - (SLICE + len(slots) - 1), 0)
        for place, inputs in enumerate(slots):
            at = f"{output}_{place}"
            lines.append(f"    wire [{P_BITS - 1}:0] p{at}, pcout{at};")
            before = f"pcout{output}_{place - 1}" if place else constant(0, P_BITS)
            lines.append(
                f"    srq_multiply_add #(.CASCADE({int(place > 0)})) slice{at} (.clk(clk), .ce(ce),"
                f" .a({self._factor(inputs, start + place, lines)}),"
                f" .b({self._weight(output, inputs, start + place)}), .c({constant(0, P_BITS)}),"
                f" .pcin({before}), .p(p{at}), .pcout(pcout{at}));"
            )
        return self._accumulator(output, start + SLICE + len(slots) - 1, lines)

    def _accumulator(self, output: int, comes: int, lines: list[str]) -> int:
        """The phases summed, the first of which comes ``comes`` clocks after its inputs."""
        width, place = self._sum_width(output), len(self._slots(output)) - 1
        base = constant(int(self.layer.rounding[output]), width)
        if self.plan is not None:
            bits = self.plan.layer.format.bits
            low = f"low{output}"
            lines.append(f"    wire [{bits - 1}:0] {low} = low[{output * bits}+:{bits}];")
            # It stays as long as the inputs do, which is for all phases.
            late = max(comes - (self._low_latency + self.fold - 1), 0)
            base = operand(self._late(low, bits, late), (-1, 0), bits, 0, width)
        first = f"{self._phase(comes)} == {constant(0, phase_bits(self.fold))}"
        sum_ = f"({first} ? {base} : acc{output}) + p{output}_{place}[{width - 1}:0]"
        self._registers.append((f"acc{output}", sum_, width))
        return comes + 1

    def _factor(self, inputs: NDArray[np.int64], wait: int, lines: list[str]) -> str:
        """What a slice multiplies, some clocks late, in the width of a multiplier."""
        key = tuple(int(n) for n in np.where(inputs < 0, inputs[0], inputs))
        width = max(self._width(n) + (self._ranges[n][0] >= 0) for n in key)
        if key not in self._chosen:
            self._chosen[key] = f"chosen{len(self._chosen)}"
            for index in key:
                self._waits.setdefault(index, 0)
            each = [operand(f"v{n}", self._ranges[n], self._width(n), 0, width) for n in key]
            lines.append(
                f"    wire [{width - 1}:0] {self._chosen[key]} = {self._by_phase(each, 0)};"
            )
        name = self._late(self._chosen[key], width, wait)
        return operand(name, (-1, 0), width, 0, A_BITS)

    def _weight(self, output: int, inputs: NDArray[np.int64], wait: int) -> str:
        """A slice's weight in the phase of so many clocks ago."""
        row = [int(self.weights[output, n]) if n >= 0 else 0 for n in inputs]
        return self._by_phase([constant(n, B_BITS) for n in row], wait)

    def _by_phase(self, each: list[str], wait: int) -> str:
        """That of the phase of so many clocks ago."""
        *first, last = each
        bits, phase = phase_bits(self.fold), self._phase(wait)
        return (
            "".join(f"{phase} == {constant(n, bits)} ? {one} : " for n, one in enumerate(first))
            + last
        )

    def _phase(self, wait: int) -> str:
        return self._late("phase", phase_bits(self.fold), wait)

    def _late(self, name: str, bits: int, wait: int) -> str:
        """The name of a wire some clocks late; its registers are made where they are not yet."""
        for n in range(self._waiting.get(name, 0) + 1, wait + 1):
            self._registers.append((delayed(name, n), delayed(name, n - 1), bits))
        self._waiting[name] = max(self._waiting.get(name, 0), wait)
        return delayed(name, wait)

    def _whole(self, output: int) -> str:
        if not self.weights[output].any():
            return self._low(output)
        return operand(f"acc{output}", (-1, 0), self._sum_width(output), 0, P_BITS)
