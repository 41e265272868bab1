"""A Program seen from its low-resolution pixels: every value as planes of the picture's size.

A value of C channels at scale S becomes C·S² planes: plane (c·S + y)·S + x holds, at each
low-resolution pixel, channel c's pixel at (y, x) of its S x S block. So a pixel shuffle and a
nearest upsampling only rename planes, a convolution at any scale is one at scale 1 with more
channels, and everything but the picture that goes out can be computed at the input's size. As
every value is exactly S times as large as the picture, its border is the picture's border.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from srq.program import Conv, NearestUpsample, Output, PixelShuffle, Program, Step

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class View:
    """Where the planes of a value lie: plane k is plane ``planes[k]`` of the value ``base``."""

    base: str
    planes: Ints


@dataclass(frozen=True, eq=False)
class Taps:
    """The non-zero weights of a convolution between planes, ordered by ``out``.

    Plane ``out`` sums ``weight`` times plane ``plane`` of ``base``, ``dy`` rows below and ``dx``
    columns to the right.
    """

    base: str
    out: Ints
    plane: Ints
    dy: Ints
    dx: Ints
    weight: Ints

    def of(self, out: int) -> slice:
        """The taps of one plane."""
        return slice(*np.searchsorted(self.out, [out, out + 1]))


class Planes:
    """A Program's values as planes: which are the same, and how convolutions connect them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.views: dict[str, View] = {}
        for step in program.steps:
            self.views[step.op.name] = self._view(step)

    def count(self, name: str) -> int:
        """How many planes the value has."""
        value = self.program.step(name).value
        return value.channels * value.scale**2

    def channel(self, name: str, plane: int) -> int:
        """The channel that a plane of the value belongs to."""
        return plane // self.program.step(name).value.scale ** 2

    @cached_property
    def taps(self) -> dict[str, Taps]:
        """The taps of every convolution, by its name."""
        return {op.name: self._taps(self.program.step(op.name), op) for op in self.program.convs}

    def _view(self, step: Step) -> View:
        match step.op:
            case PixelShuffle(scale=s):
                channel, y, x = _blocks(step)
                before = step.sources[0].scale
                plane = (channel * s**2 + y % s * s + x % s) * before**2 + y // s * before + x // s
            case NearestUpsample(scale=s):
                channel, y, x = _blocks(step)
                before = step.sources[0].scale
                plane = channel * before**2 + y // s * before + x // s
            case Output():
                plane = np.arange(self.count(step.op.name))
            case _:
                return View(step.op.name, np.arange(self.count(step.op.name)))
        source = self.views[step.sources[0].name]
        return View(source.base, source.planes[plane])

    def _taps(self, step: Step, op: Conv) -> Taps:
        (source,) = step.sources
        scale, view = source.scale, self.views[source.name]
        out, i, ky, kx = np.nonzero(op.weight)
        weight = op.weight[out, i, ky, kx].astype(np.int64)
        channel = out // (op.out_channels // op.groups) * (op.in_channels // op.groups) + i
        parts: list[tuple[Ints, ...]] = []
        for y, x in np.ndindex(scale, scale):
            dy, row = np.divmod(y + ky - op.padding.top, scale)
            dx, column = np.divmod(x + kx - op.padding.left, scale)
            plane = view.planes[(channel * scale + row) * scale + column]
            parts.append(((out * scale + y) * scale + x, plane, dy, dx, weight))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.argsort(columns[0], kind="stable")
        return Taps(view.base, *(column[order] for column in columns))


def _blocks(step: Step) -> tuple[Ints, Ints, Ints]:
    """For each plane of the step's value, in order: its channel, and its row and column of the
    block."""
    shape = (step.value.channels, step.value.scale, step.value.scale)
    channel, y, x = np.indices(shape).reshape(3, -1)
    return channel, y, x
