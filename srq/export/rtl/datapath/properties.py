"""What must hold inside a module of the datapath ``constant``: properties for a formal tool.

For every adder, in one clock: its wire is the sum of its operands' wires, as exact integers modulo
its width. For every delay: it holds what came before it one enabled clock ago. For every output: it
is the requantized sum, in the Program's words, where the sum is within its proven range. That the
sums are the layer's matrix and that no width is too small is linear algebra on integers, which
``graph_is_matrix`` does exactly. Together they say that the module is its layer.
"""

from collections.abc import Iterator

import numpy as np

from srq.adders import AdderGraph
from srq.adders.graph import Term, width_of
from srq.export.rtl.datapath.layer import Layer
from srq.export.rtl.datapath.pipeline import Pipeline
from srq.export.rtl.datapath.verilog import delayed


def graph_is_matrix(graph: AdderGraph, layer: Layer) -> bool:
    """Whether the graph's outputs are ``matrix @ x + rounding``, and every range what its sum can
    be: exact, in integers of any size."""
    size = len(graph.inputs)
    # Row by row, what a value is of the inputs; the last column is a constant.
    rows = [*np.eye(size, size + 1, dtype=object)]
    rows += [np.array([0] * size + [constant], dtype=object) for constant in graph.constants]
    limits = [*graph.inputs, (1, 1)]
    for adder in graph.adders:
        row = sum((_signed(term) * rows[term.value] for term in adder.terms), start=0 * rows[0])
        lo = sum(min(n * a, n * b) for n, (a, b) in zip(row, limits, strict=True))
        hi = sum(max(n * a, n * b) for n, (a, b) in zip(row, limits, strict=True))
        if not adder.lo <= lo <= hi <= adder.hi:
            return False
        rows.append(row)
    want = np.column_stack([layer.matrix, layer.rounding]).astype(object)
    found = [
        0 * rows[0] if term is None else rows[term.value] << term.shift for term in graph.outputs
    ]
    return all((a == b).all() for a, b in zip(want, found, strict=True))


def _signed(term: Term) -> int:
    return -(1 << term.shift) if term.negative else 1 << term.shift


class Properties:
    """The assertions of one module, as text that stands before its ``endmodule``."""

    def __init__(self, layer: Layer, graph: AdderGraph, pipeline: Pipeline) -> None:
        self._layer = layer
        self._graph = graph
        self._pipeline = pipeline
        self._read = {term.value for adder in graph.adders for term in adder.terms}
        self._read |= {term.value for term in graph.outputs if term is not None}

    def text(self) -> str:
        """For a module whose wires are named as ``constant_module`` names them."""
        lines = [
            "    reg past_is_known = 0;",
            "    always @(posedge clk) past_is_known <= 1;",
            *self._inputs(),
            *self._adders(),
            *self._delays(),
            *self._outputs(),
        ]
        return "\n".join(lines) + "\n"

    def _inputs(self) -> Iterator[str]:
        index = 0
        for port in self._layer.ports:
            for element in range(port.elements):
                if index in self._read:
                    whole = f"{port.name}[{element * port.format.bits}+:{port.format.bits}]"
                    signed = (
                        f"$signed({whole})" if port.format.signed else f"$signed({{1'b0, {whole}}})"
                    )
                    lo, hi = self._graph.inputs[index]
                    yield f"    wire signed [63:0] exact{index} = {signed};"
                    yield (
                        f"    always @* if (exact{index} >= {_literal(lo)}"
                        f" && exact{index} <= {_literal(hi)})"
                        f" assert ({self._wide(index, 0)} == exact{index});"
                    )
                index += 1

    def _adders(self) -> Iterator[str]:
        first = self._graph.first_adder
        for index, adder in enumerate(self._graph.adders):
            value = first + index
            stage = self._pipeline.stages[value]
            terms = ""
            for term in adder.terms:
                sign = "-" if term.negative else "+"
                terms += f" {sign} ({self._in_stage(term.value, stage)} <<< {term.shift})"
            width = max(adder.width, 1)
            yield f"    wire signed [63:0] exact{value} = 64'sd0{terms};"
            yield f"    always @* assert (v{value} == exact{value}[{width - 1}:0]);"

    def _delays(self) -> Iterator[str]:
        for value, (stage, last) in enumerate(
            zip(self._pipeline.stages, self._pipeline.last, strict=True)
        ):
            for wait in range(1, last - stage + 1):
                if not self._is_constant(value):
                    name = f"v{value}"
                    width = max(width_of(self._graph.ranges[value]), 1)
                    yield from _delay(delayed(name, wait), delayed(name, wait - 1), width)

    def _outputs(self) -> Iterator[str]:
        layer, bits = self._layer, self._layer.format.bits
        fmt = layer.format
        for output, term in enumerate(self._graph.outputs):
            lo, hi = self._graph.output_range(output)
            stage = self._pipeline.depth if term is None else self._pipeline.stages[term.value]
            sum_ = "64'sd0"
            if term is not None:
                sum_ = f"({self._in_stage(term.value, stage + 1)} <<< {term.shift})"
            name = f"exact_q{output}"
            yield f"    wire signed [63:0] {name}_sum = {sum_};"
            yield f"    wire signed [63:0] {name}_kept = {name}_sum >>> {layer.shifts[output]};"
            yield (
                f"    wire signed [63:0] {name} = {name}_kept < {_literal(fmt.lo)} ?"
                f" {_literal(fmt.lo)} : {name}_kept > {_literal(fmt.hi)} ? {_literal(fmt.hi)}"
                f" : {name}_kept;"
            )
            yield (
                f"    always @* if ({name}_sum >= {_literal(lo)} && {name}_sum <= {_literal(hi)})"
                f" assert (q{output} == {name}[{bits - 1}:0]);"
            )
            waits = self._pipeline.depth - stage + 1
            for wait in range(1, waits + 1):
                yield from _delay(f"q{output}_d{wait}", delayed(f"q{output}", wait - 1), bits)
            yield (
                f"    always @* assert (y[{output * bits}+:{bits}]"
                f" == {delayed(f'q{output}', waits)});"
            )

    def _in_stage(self, value: int, stage: int) -> str:
        return self._wide(value, stage - self._pipeline.stages[value])

    def _wide(self, value: int, wait: int) -> str:
        """A value as the integer that its bits stand for."""
        lo, _ = self._graph.ranges[value]
        if self._is_constant(value):
            return _literal(lo)
        name = delayed(f"v{value}", wait)
        return f"$signed({name})" if lo < 0 else f"$signed({{1'b0, {name}}})"

    def _is_constant(self, value: int) -> bool:
        return len(self._graph.inputs) <= value < self._graph.first_adder


def _delay(name: str, before: str, bits: int) -> Iterator[str]:
    yield f"    reg [{bits - 1}:0] past_{name};"
    yield f"    always @(posedge clk) past_{name} <= ce ? {before} : {name};"
    yield f"    always @* if (past_is_known) assert ({name} == past_{name});"


def _literal(n: int) -> str:
    return f"-64'sd{-n}" if n < 0 else f"64'sd{n}"
