"""A Program as nodes of standard operators, with the same integers at every step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.export.onnx.forms import Core
from srq.export.onnx.graph import Graph
from srq.export.onnx.operators import clip, convolve, nearest, plus, shuffle, times
from srq.export.onnx.plan import Held, Planned, halves, plan
from srq.program import Conv, Input, NearestUpsample, Output, PixelShuffle, Program, Step

_MOST_WIDENED = 20
"""A column of zeros may take one in so many multiplications of the Program."""


@dataclass(frozen=True)
class Tensor:
    """Where a value of the Program stands in the graph, and how its integers are held."""

    name: str
    held: Held
    frac: int

    def integers(self, floats: NDArray) -> NDArray[np.int64]:
        """The integers, from the tensor as it was computed."""
        whole = floats.astype(np.float64) - 0.5 * self.held.half
        return np.rint(np.ldexp(whole, self.frac - self.held.grid)).astype(np.int64)


class StepWriter:
    """Writes the nodes of one step; the last of them makes its value."""

    def __init__(
        self,
        graph: Graph,
        step: Step,
        planned: Planned,
        sources: list[tuple[str, Held]],
        *,
        widened: bool = False,
    ) -> None:
        """``sources`` are the tensors that the step reads, and how they hold the integers;
        ``widened``: see ``widened_of``."""
        self.graph = graph
        self.step = step
        self.sum = planned.sum
        self._pieces = planned.pieces
        self._sources = sources
        self._widened = widened
        self._dtype = np.float64 if planned.sum.wide else np.float32

    def write(self) -> None:
        """Append the nodes."""
        source, _ = self._sources[0]
        match self.step.op:
            case Conv() as op:
                total = self._convolve(op, source)
            case PixelShuffle() as op:
                total = shuffle(self.graph, source, op.scale)
            case NearestUpsample() as op:
                total = nearest(self.graph, source, op.scale)
            case _:
                total = self._add()
        if self.step.shifts and not self.step.value.is_accumulator:
            self.round(total)

    def grid(self, held: Held) -> int:
        """A tensor held so has integers of f fraction bits times 2^(grid - f)."""
        return held.grid

    def weight(self, op: Conv, name: str, scaled: NDArray, units: NDArray) -> str:
        """The constant of weights of ``op``, which are whole numbers times ``units``."""
        return self.graph.constant(scaled, np.float32, name)

    def round(self, total: str) -> None:
        """Append the saturation and rounding of ``total``; the half is in it already."""
        fmt = self.step.value.format
        rounds = bool(halves(self.step, self.sum).any())
        # First the saturation, as onnxruntime can do it within a convolution.
        total = clip(self.graph, total, fmt.lo, fmt.hi + 0.5 * rounds, self._dtype)
        if rounds:
            total = self.graph.op("Floor", total)
        if self.sum.wide:
            self.graph.cast(total, np.float32)

    def _convolve(self, op: Conv, source: str) -> str:
        """The exact sums, with the half."""
        graph = self.graph
        fracs = np.array(self.step.shifts) + self.step.value.format.frac
        units = np.ldexp(1.0, self.grid(self.sum) - fracs)
        bias = np.zeros(op.out_channels) if op.bias is None else op.bias * units
        bias += self._half * halves(self.step, self.sum)
        bias_name = ""
        if bias.any() and not self.sum.wide:
            bias_name = graph.constant(bias, np.float32, f"{op.name}/bias")
        (value,), (_, held) = self.step.sources, self._sources[0]
        scale = np.ldexp(units, value.format.frac - self.grid(held))[:, None, None, None]
        total, padding, more = "", op.padding, int(self._widened)
        for number, piece in enumerate(self._pieces):
            suffix = f"_{number + 1}" if number else ""
            part = convolve(
                graph,
                source,
                self.weight(
                    op,
                    f"{op.name}/weight{suffix}",
                    np.pad(piece * scale, ((0, 0), (0, 0), (0, 0), (0, more))),
                    scale,
                ),
                "" if number else bias_name,
                kernel=(op.kernel[0], op.kernel[1] + more),
                groups=op.groups,
                padding=(padding.top, padding.bottom, padding.left, padding.right + more),
            )
            part = graph.cast(part, np.float64) if self.sum.wide else part
            total = graph.op("Add", total, part) if total else part
        if bias.any() and self.sum.wide:
            total = plus(graph, total, bias[:, None, None], np.float64)
        return total

    def _add(self) -> str:
        """The exact sum of all sources, with the half."""
        graph, total = self.graph, ""
        for tensor, held in self._sources:
            if self.sum.wide and not held.wide:
                tensor = graph.cast(tensor, np.float64)
            up = self.grid(self.sum) - self.grid(held)
            if up:
                tensor = times(graph, tensor, np.ldexp(1.0, up), self._dtype)
            total = graph.op("Add", total, tensor) if total else tensor
        brought = any(held.half for _, held in self._sources)
        if halves(self.step, self.sum).any() and not brought:
            total = plus(graph, total, self._half, self._dtype)
        return total

    @property
    def _half(self) -> float:
        """Half of the last bit that the rounding leaves."""
        return float(np.ldexp(0.5, self.grid(self.sum) - self.sum.grid))


def add_program(
    graph: Graph, program: Program, codes: str, writer: type[StepWriter] = StepWriter
) -> str:
    """Append ``program``: from ``codes``, whole numbers as float32 (N, 1, H, W), to the
    picture's (N, 1, sH, sW). ``writer`` writes the steps between."""
    planned = plan(program)
    widened = widened_of(program) if writer is StepWriter else ()
    names: dict[str, str] = {}
    for step in program.steps:
        op = step.op
        sources = [(names[name], planned[name].value) for name in op.sources]
        match op:
            case Input():
                names[op.name] = codes
            case Output():
                return names[op.source]
            case _:
                writer(graph, step, planned[op.name], sources, widened=op.name in widened).write()
                names[op.name] = graph.call_last(tensor_name(op.name))
    raise AssertionError("a Program ends with its Output")


def transformable(program: Program) -> frozenset[str]:
    """The convolutions that some runtimes compute by Winograd's transforms, which round in
    float32: those of 3x3, but depthwise ones."""
    return frozenset(
        op.name for op in program.convs if op.kernel == (3, 3) and not _is_depthwise(op)
    )


def widened_of(program: Program) -> frozenset[str]:
    """Those ``transformable`` that get a fourth column of zeros, so that they are no more.

    Only where the column is cheap, beside all multiplications of ``program``.
    """
    cost = {
        op.name: op.weight.size * program.step(op.name).value.scale ** 2 for op in program.convs
    }
    most = sum(cost.values()) / _MOST_WIDENED
    return frozenset(name for name in transformable(program) if cost[name] / 3 <= most)


def _is_depthwise(op: Conv) -> bool:
    return op.groups == op.in_channels > 1


def traceable(program: Program) -> Mapping[str, Tensor]:
    """The values that can be read in the graph, by their op's name, in the Program's order.

    All but the picture's own and those sums that float32 may round where they saturate later.
    """
    planned = plan(program)
    return {
        step.op.name: Tensor(
            tensor_name(step.op.name), planned[step.op.name].value, step.value.format.frac
        )
        for step in program.steps[1:-1]
        if planned[step.op.name].value.certain is None
    }


def exact_core(program: Program) -> Core:
    """``program`` as a network that a form goes around."""
    return Core(
        program.scale,
        program.input_value.format,
        program.output_value.format,
        exact=True,
        append=lambda graph, codes: add_program(graph, program, codes),
    )


def tensor_name(op: str) -> str:
    """What the value of an op is called in a graph."""
    return f"{op}/value"
