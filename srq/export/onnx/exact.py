"""A Program as nodes of standard operators, with the same integers at every step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.export.onnx.forms import Core
from srq.export.onnx.graph import Graph
from srq.export.onnx.plan import Held, Planned, halves, plan
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Output,
    PixelShuffle,
    Program,
    Requantize,
    Step,
)


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


def add_program(graph: Graph, program: Program, codes: str) -> str:
    """Append ``program``: from ``codes``, whole numbers as float32 (N, 1, H, W), to the
    picture's (N, 1, sH, sW)."""
    planned = plan(program)
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
                _Writer(graph, step, planned[op.name], sources).write()
                names[op.name] = graph.call_last(tensor_name(op.name))
    raise AssertionError("a Program ends with its Output")


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


class _Writer:
    """Writes the nodes of one step; the last of them makes its value."""

    def __init__(
        self, graph: Graph, step: Step, planned: Planned, sources: list[tuple[str, Held]]
    ) -> None:
        self._graph = graph
        self._step = step
        self._sum = planned.sum
        self._pieces = planned.pieces
        self._sources = sources
        self._dtype = np.float64 if planned.sum.wide else np.float32

    def write(self) -> None:
        match self._step.op:
            case Conv() as op:
                self._round(self._convolve(op))
            case Add() | Requantize():
                self._round(self._add())
            case PixelShuffle() as op:
                self._to_space(self._sources[0][0], op.scale, "CRD")
            case NearestUpsample() as op:
                copies = [self._sources[0][0]] * op.scale**2
                self._to_space(self._graph.op("Concat", *copies, axis=1), op.scale, "DCR")

    def _to_space(self, tensor: str, scale: int, mode: str) -> str:
        return self._graph.op("DepthToSpace", tensor, blocksize=scale, mode=mode)

    def _convolve(self, op: Conv) -> str:
        """The exact sums, on the grid."""
        graph, held = self._graph, self._sum
        fracs = np.array(self._step.shifts) + self._step.value.format.frac
        units = np.ldexp(1.0, held.grid - fracs)
        added = (0 if op.bias is None else op.bias) * units + 0.5 * halves(self._step, held)
        total = ""
        for number, piece in enumerate(self._pieces):
            suffix = f"_{number + 1}" if number else ""
            scaled = piece * units[:, None, None, None]
            inputs = [
                self._sources[0][0],
                graph.constant(scaled, np.float32, f"{op.name}/weight{suffix}"),
            ]
            if added.any() and not number and not held.wide:
                inputs.append(graph.constant(added, np.float32, f"{op.name}/bias"))
            pad = op.padding
            part = graph.op(
                "Conv",
                *inputs,
                group=op.groups,
                kernel_shape=op.kernel,
                pads=[pad.top, pad.left, pad.bottom, pad.right],
            )
            part = graph.cast(part, np.float64) if held.wide else part
            total = graph.op("Add", total, part) if total else part
        if added.any() and held.wide:
            total = graph.op("Add", total, graph.constant(added[:, None, None], np.float64))
        return total

    def _add(self) -> str:
        """The exact sum of all sources, on the grid."""
        graph, held = self._graph, self._sum
        total = ""
        for tensor, source in self._sources:
            if held.wide and not source.wide:
                tensor = graph.cast(tensor, np.float64)
            if source.grid != held.grid:
                unit = np.ldexp(1.0, held.grid - source.grid)
                tensor = graph.op("Mul", tensor, graph.constant(unit, self._dtype))
            total = graph.op("Add", total, tensor) if total else tensor
        brought = any(source.half for _, source in self._sources)
        if halves(self._step, held).any() and not brought:
            total = graph.op("Add", total, graph.constant(0.5, self._dtype))
        return total

    def _round(self, total: str) -> None:
        """The sum saturated and rounded down; the half is in it already."""
        if self._step.value.is_accumulator:
            return
        graph, fmt = self._graph, self._step.value.format
        rounds = bool(halves(self._step, self._sum).any())
        # First the saturation, as onnxruntime can do it within a convolution.
        limits = [graph.constant(end, self._dtype) for end in (fmt.lo, fmt.hi + 0.5 * rounds)]
        total = graph.op("Clip", total, *limits)
        if rounds:
            total = graph.op("Floor", total)
        if self._sum.wide:
            graph.cast(total, np.float32)
