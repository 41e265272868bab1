"""How each value of a Program is held in floating point without losing a bit.

A float32 holds every whole number up to 2^24, and each of them times a power of two. So a
convolution summed in float32 is exact, in whatever order and by whatever instructions, if all
its partial sums stay within 2^24, counted in the last bit of their terms. ``srq.program.ranges``
bounds what the terms can be, and so proves it for every output channel. Where it does not hold,

- the taps are divided among two convolutions or three that do hold. Each is exact, and so is
  their total, except where it lies beyond 2^24 and is rounded. That is as good if whatever lies
  there saturates in the end, which the plan proves (``Held.certain``);
- else the weights are cut into high and low bits until each piece holds, and the pieces are
  added in float64, which holds 53 bits.

An integer n of f fraction bits is held as the float n * 2^(grid - f). Requantized values have
grid = f: the floats are the integers. A sum that is rounded to g fraction bits has grid = g and
a half in addition, so that Floor rounds it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from srq.export.onnx.split import LIMIT, Taps, Weight, in_pieces, in_runs
from srq.program import Conv, Program, Step

_FAR = 40
"""By how many bits a sum may be scaled for its reader; well inside float32's exponents."""


@dataclass(frozen=True)
class Held:
    """How a tensor of floats holds a value's integers, of f fraction bits.

    grid:    n is held as n * 2^(grid - f).
    half:    whether 0.5 is added to that, for a rounding to come.
    wide:    whether it is float64, else float32.
    certain: if given, the sum of n and the half is only sure to be right up to this magnitude.
             One beyond has a float that is beyond too, on the same side.
    """

    grid: int
    half: bool = False
    wide: bool = False
    certain: int | None = None


@dataclass(frozen=True, eq=False)
class Planned:
    """How a step is computed.

    value:  how what it makes is held.
    sum:    how its exact sum is held before it is rounded; for a step that does not round, and
            for one that only carries a value, the same as ``value``.
    pieces: a Conv's weights, to be convolved apart and added up.
    """

    value: Held
    sum: Held
    pieces: tuple[Weight, ...] = ()


def plan(program: Program) -> Mapping[str, Planned]:
    """How every step of ``program`` is computed, by its op's name."""
    wanted = _wanted(program)
    wide: frozenset[str] = frozenset()
    while True:
        planner = _Planner(program, wanted, wide)
        for step in program.steps:
            planner.add(step)
        if not planner.too_narrow:
            return planner.planned
        wide |= planner.too_narrow


def _wanted(program: Program) -> Mapping[str, Held]:
    """How every sum is best held: as the only one who reads it wants it, down to a rounding."""
    readers = Counter(name for step in program.steps for name in step.op.sources)
    wanted: dict[str, Held] = {}
    for step in reversed(program.steps):
        name, frac = step.op.name, step.value.format.frac
        if step.value.is_accumulator:
            held = wanted.setdefault(name, Held(frac))
        else:
            held = wanted[name] = Held(frac, half=any(shift > 0 for shift in step.shifts))
        for source in step.sources:
            near = abs(held.grid - source.format.frac) <= _FAR
            if source.is_accumulator and readers[source.name] == 1 and near:
                # One operand brings the half, if that is no finer than its own last bit.
                brings = held.half and source.format.frac > held.grid
                wanted[source.name] = replace(held, half=brings)
                held = replace(held, half=held.half and not brings)
    return wanted


class _Planner:
    """Goes through the steps once. ``too_narrow`` gathers sums that must be added in float64."""

    def __init__(self, program: Program, wanted: Mapping[str, Held], wide: frozenset[str]) -> None:
        self._program = program
        self._wanted = wanted
        self._wide = wide
        self.too_narrow: set[str] = set()
        self.planned: dict[str, Planned] = {}

    def add(self, step: Step) -> None:
        """Plan one step, whose sources are planned."""
        name = step.op.name
        sources = [self.planned[source.name].value for source in step.sources]
        if not step.shifts:
            held = sources[0] if sources else Held(step.value.format.frac)
            self.planned[name] = Planned(held, held)
            return
        pieces: tuple[Weight, ...] = ()
        if isinstance(step.op, Conv):
            total, pieces = self._conv(step, step.op)
        else:
            total = self._added(step, sources)
        if step.value.is_accumulator:
            value = total
        else:
            value = Held(step.value.format.frac)
            if not _saturates_beyond(total, step):
                self._widen(step)
        self.planned[name] = Planned(value, total, pieces)

    def _conv(self, step: Step, op: Conv) -> tuple[Held, tuple[Weight, ...]]:
        """How a Conv's sum is held, and its weights in pieces."""
        held, source = self._wanted[op.name], self._program.ranges.values[op.source]
        weight = op.weight.astype(np.int64)
        if op.name in self._wide:
            # What is added to the taps is added in float64.
            return replace(held, wide=True), in_pieces(weight, Taps.alone(op, source))
        taps = Taps.of(op, source, *last_bits(step, held))
        if taps.hold(weight, added=True):
            return held, (weight,)
        pieces, certain = in_runs(weight, taps)
        if not pieces:
            self.too_narrow.add(op.name)
        return replace(held, certain=certain), pieces

    def _added(self, step: Step, sources: list[Held]) -> Held:
        """How the sum of an Add is held, or what a Requantize rounds."""
        held = self._wanted[step.op.name]
        if step.op.name in self._wide or any(source.wide for source in sources):
            self._widen(step)
            return replace(held, wide=True)
        fine, half = last_bits(step, held)
        limits = []
        bound = self._program.ranges.accumulators[step.op.name]
        if (np.maximum(-bound.lo, bound.hi) * fine + half > LIMIT).any():
            limits.append(LIMIT // int(fine.max()))
        most = [
            self._most(source.name) << align
            for source, align in zip(step.sources, step.aligns or (0,), strict=True)
        ]
        for source, align, own in zip(sources, step.aligns or (0,), most, strict=True):
            if source.certain is not None:
                # The other operand may bring it back by as much as it can be itself.
                limits.append((source.certain << align) - (sum(most) - own))
        return replace(held, certain=min(limits, default=None))

    def _most(self, name: str) -> int:
        """The largest magnitude that the value called ``name`` can have."""
        interval = self._program.ranges.values[name]
        return int(np.maximum(-interval.lo, interval.hi).max())

    def _widen(self, step: Step) -> None:
        """Have all sums that the one of ``step`` is made of added in float64."""
        if isinstance(step.op, Conv):
            self.too_narrow.add(step.op.name)
            return
        if step.shifts and step.op.name not in self._wide:
            self.too_narrow.add(step.op.name)
        for source in step.sources:
            if self.planned[source.name].value.certain is not None:
                self._widen(self._program.step(source.name))


def last_bits(step: Step, held: Held) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each channel of the sum of ``step``, held so: by what its last bit is finer than that
    of the integers added, a power of two, and what the half in it is, counted in last bits."""
    shifts = np.array(step.shifts)
    depth = shifts + step.value.format.frac - held.grid  # Fraction bits below the grid.
    last = np.where(halves(step, held), np.maximum(depth, 1), depth)
    return 2.0 ** (last - depth), np.where(halves(step, held), 2.0 ** (last - 1), 0.0)


def halves(step: Step, held: Held) -> NDArray[np.bool_]:
    """The channels of the sum of ``step``, held so, that have a half in addition."""
    if step.value.is_accumulator:
        return np.full(len(step.shifts), held.half)
    return np.array(step.shifts) > 0


def _saturates_beyond(total: Held, step: Step) -> bool:
    """Whether every sum that is not certain becomes the least or the greatest of the format."""
    if total.certain is None:
        return True
    fmt = step.value.format
    most = max(fmt.hi, -fmt.lo) + 1
    return all(most << max(shift, 0) <= total.certain for shift in step.shifts)
