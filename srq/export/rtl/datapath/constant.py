"""The datapath ``constant``: no multiplier, but shared additions of shifted values.

Registers stand behind every few levels of adders. Each output is requantized as soon as its sum is
there, and waits in its own narrow format for the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from srq.adders import Adder, AdderGraph, Term, graph_of
from srq.adders.graph import width_of
from srq.export.rtl.datapath.layer import Layer
from srq.export.rtl.datapath.module import Cost, Module
from srq.export.rtl.datapath.pipeline import Pipeline, pipeline_of
from srq.export.rtl.datapath.verilog import (
    constant,
    declarations,
    delayed,
    header,
    operand,
    registers,
    requantize,
)

_CELLS = ("srq_requantize.sv",)
_TERNARY = ("srq_add3.sv",)


@dataclass(frozen=True, eq=False)
class ConstantPlan:
    """The adders of a layer, and where their registers stand.

    every: levels of adders between registers.
    """

    layer: Layer
    graph: AdderGraph
    pipeline: Pipeline
    every: int

    def module(self, name: str) -> Module:
        """The module of that name."""
        return _Emission(self.layer, self.graph, self.pipeline, self.every).module(name)


def constant_plan(
    layer: Layer, *, every: int, ternary: bool, depth: int | None = None
) -> ConstantPlan:
    """``layer`` as additions.

    every:   levels of adders between registers.
    ternary: whether adders take three operands, which is one lookup table a bit on Xilinx.
    depth:   the greatest number of two-operand adders on a path; see ``srq.adders.graph_of``.
    """
    constants = [int(n) for n in layer.rounding]
    graph = graph_of(layer.matrix, layer.limits, constants=constants, depth=depth)
    if ternary:
        graph = graph.fused()
    return ConstantPlan(layer, graph, pipeline_of(graph, every, layer.format.bits), every)


class _Emission:
    """One module's text in the making."""

    def __init__(self, layer: Layer, graph: AdderGraph, pipeline: Pipeline, every: int) -> None:
        self._layer = layer
        self._graph = graph
        self._pipeline = pipeline
        self._every = every
        self._registers: list[tuple[str, str, int]] = []  # name, what it takes, its bits
        self._ternary = False

    def module(self, name: str) -> Module:
        lines = [
            *self._inputs(),
            *self._adders(),
            *self._outputs(),
        ]
        graph = self._graph
        cost = Cost(
            adders=len(graph.adders),
            bits=graph.bits,
            depth=graph.depth,
            stage_depth=min(self._every, graph.depth),
            registers=sum(bits for _, _, bits in self._registers),
        )
        body = [*declarations(self._registers), *lines, *registers(self._registers)]
        text = header(self._layer, name, self._pipeline.latency) + "\n".join(body)
        cells = _CELLS + _TERNARY * self._ternary
        return Module(name, text + "\nendmodule\n", self._pipeline.latency, cost, cells)

    def _inputs(self) -> Iterator[str]:
        """Each element that is read, cut to the bits that the proof leaves it."""
        used = {term.value for adder in self._graph.adders for term in adder.terms}
        used |= {term.value for term in self._graph.outputs if term is not None}
        index = 0
        for port in self._layer.ports:
            bits = port.format.bits
            for element in range(port.elements):
                if index in used:
                    width = self._width(index)
                    slice_ = f"{port.name}[{element * bits}+:{width}]"
                    yield f"    wire [{width - 1}:0] v{index} = {slice_};"
                    self._delay(index)
                index += 1

    def _adders(self) -> Iterator[str]:
        for index, adder in enumerate(self._graph.adders):
            value = self._graph.first_adder + index
            yield from self._adder(value, adder)
            self._delay(value)

    def _adder(self, value: int, adder: Adder) -> Iterator[str]:
        """The lowest term's bits below the others pass through; the rest are added."""
        width = self._width(value)
        terms = sorted(adder.terms, key=lambda term: (term.shift, term.negative))
        passed = 0
        if len(terms) > 1 and not terms[0].negative:
            passed = min(terms[1].shift, width - 1)
        summed = [
            (self._operand(value, term, width - passed, passed), term.negative)
            for term in terms
            if not self._is_passed(term, passed)
        ]
        upper = f"u{value}" if passed else f"v{value}"
        if len(summed) == 3 and self._fits_cell(summed):
            self._ternary = True
            yield f"    wire [{width - passed - 1}:0] {upper};"
            yield _add3(f"add{value}", width - passed, summed, upper)
        else:
            sum_ = _sum(summed) if summed else constant(0, width - passed)
            yield f"    wire [{width - passed - 1}:0] {upper} = {sum_};"
        if passed:
            low = self._operand(value, terms[0], passed, 0)
            yield f"    wire [{width - 1}:0] v{value} = {{{upper}, {low}}};"

    def _outputs(self) -> Iterator[str]:
        """Requantized one stage after the sum, then delayed to the last stage."""
        layer, depth = self._layer, self._pipeline.depth
        bits = layer.format.bits
        for output, term in enumerate(self._graph.outputs):
            limits = self._graph.output_range(output)
            width = max(width_of(limits) + (limits[0] >= 0), layer.shifts[output] + 1)
            if term is None:
                sum_, stage = constant(0, width), depth
            else:
                stage = self._pipeline.stages[term.value]
                sum_ = self._read(term, stage + 1, width)
            yield f"    wire [{bits - 1}:0] q{output};"
            yield requantize(layer, output, width, limits, sum_)
            self._registers.append((f"q{output}_d1", f"q{output}", bits))
            for wait in range(2, depth - stage + 2):
                self._registers.append((f"q{output}_d{wait}", f"q{output}_d{wait - 1}", bits))
            yield (f"    assign y[{output * bits}+:{bits}] = q{output}_d{depth - stage + 1};")

    def _operand(self, reader: int, term: Term, width: int, right: int) -> str:
        return self._read(term, self._pipeline.stages[reader], width, right)

    def _read(self, term: Term, stage: int, width: int, right: int = 0) -> str:
        """A term in ``width`` bits, its lowest ``right`` bits dropped, as it is in a stage."""
        limits = self._graph.ranges[term.value]
        if self._is_constant(term.value):
            return constant((limits[0] << term.shift) >> right, width)
        name = delayed(f"v{term.value}", stage - self._pipeline.stages[term.value])
        return operand(name, limits, self._width(term.value), term.shift - right, width)

    def _is_passed(self, term: Term, passed: int) -> bool:
        """Whether a term has no bits but those that pass through."""
        lo, hi = self._graph.ranges[term.value]
        return lo >= 0 and (hi << term.shift) >> passed == 0

    def _is_constant(self, value: int) -> bool:
        return len(self._graph.inputs) <= value < self._graph.first_adder

    def _fits_cell(self, summed: list[tuple[str, bool]]) -> bool:
        return not all(negative for _, negative in summed)

    def _width(self, value: int) -> int:
        return max(width_of(self._graph.ranges[value]), 1)

    def _delay(self, value: int) -> None:
        waits = self._pipeline.last[value] - self._pipeline.stages[value]
        for wait in range(1, waits + 1):
            name, before = delayed(f"v{value}", wait), delayed(f"v{value}", wait - 1)
            self._registers.append((name, before, self._width(value)))


def _sum(summed: list[tuple[str, bool]]) -> str:
    """A sum that begins with what is added, if anything is."""
    ordered = sorted(summed, key=lambda pair: pair[1])
    text = ("-" if ordered[0][1] else "") + ordered[0][0]
    return text + "".join(f" {'-' if negative else '+'} {each}" for each, negative in ordered[1:])


def _add3(instance: str, width: int, summed: list[tuple[str, bool]], result: str) -> str:
    negate = "".join("1" if negative else "0" for _, negative in reversed(summed))
    ports = ", ".join(f".{port}({text})" for port, (text, _) in zip("abc", summed, strict=True))
    return (
        f"    srq_add3 #(.BITS({width}), .NEGATE(3'b{negate})) {instance} ({ports}, .y({result}));"
    )
