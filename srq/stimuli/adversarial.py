"""Pictures that drive the sums of a Program to their bounds, found by going uphill.

For a channel of an op, the picture wanted is the one that makes its sum, before rounding and
saturation, greatest or least. The Program is piecewise linear: the slope of the sum by each
pixel says which pixels should be white and which black. That moves what is saturated on the
way, so the sum may fall instead; then fewer pixels are moved, those that promise most.
"""

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from srq.dataflow import reach_of
from srq.program import Conv, Program, Step
from srq.stimuli.climb import climb
from srq.stimuli.slopes import Array, backward, forward

_MOST_SIDE = 33
"""Of a patch: a Program that sees further is driven by what it sees in this."""

_MOST_WIDTH = 130
"""Of the picture that the patches of an op are laid out in."""


_MOST_WORK = 1_000_000_000
"""Multiplications for an op's climbs: a Program that takes more is driven in fewer channels."""

_MOST_FLOATS = 1 << 24
"""Of the tensors of all the pictures that are looked at together."""

_ROUNDS = 12

_STARTS = 128


class Targets(NamedTuple):
    """Sums to be made great: arrays of one length.

    sign is 1, or -1 for a sum that is to be small; the others are a place in the op's tensor.
    """

    sign: NDArray[np.float64]
    channel: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]

    def in_groups(self, size: int) -> Iterator["Targets"]:
        """The targets, at most ``size`` at a time."""
        for n in range(0, len(self.sign), size):
            some = slice(n, n + size)
            yield Targets(self.sign[some], self.channel[some], self.row[some], self.column[some])


def driven(program: Program, *, channels: int = 32) -> Iterator[tuple[str, NDArray]]:
    """For every op that sums, its name and a picture of patches: each drives a sum to a bound.

    channels: of how many channels (or places in a block, after a shuffle), spread evenly.
    """
    effort = _Effort(1, channels, _STARTS, _ROUNDS, _MOST_WORK)
    for name, patches in _driving(program, effort):
        yield name, _laid_out(patches)


def driven_together(program: Program) -> NDArray | None:
    """One picture with a few patches for every op that sums, found in about a second; None where
    no op sums. Ops of large Programs that this is too short for are left out."""
    parts = [patches for _, patches in _driving(program, _QUICK)]
    return _laid_out(np.concatenate(parts)) if parts else None


class _Effort(NamedTuple):
    """Channels driven, at least and at most (an op that affords none is left out), random patches
    to begin at, rounds of a climb, multiplications for an op."""

    least: int
    channels: int
    starts: int
    rounds: int
    work: int


_QUICK = _Effort(least=0, channels=4, starts=32, rounds=4, work=_MOST_WORK // 20)


def _driving(program: Program, effort: _Effort) -> Iterator[tuple[str, NDArray]]:
    """Every op that sums, by name, and the patches that drive it."""
    reach = reach_of(program)
    shape = min(reach.rows, _MOST_SIDE), min(reach.columns, _MOST_SIDE)
    centre = min(reach.top, shape[0] - 1), min(reach.left, shape[1] - 1)
    for index, step in enumerate(program.steps):
        if not step.shifts:
            continue
        steps = program.steps[: index + 1]
        affordable = effort.work // (4 * effort.rounds * _work(steps, shape))
        channels = max(effort.least, min(effort.channels, affordable))
        if not channels:
            continue
        targets = _both_ends(step, centre, channels)
        starts = min(effort.starts, max(1, effort.work // _work(steps, shape)))
        patches = drive(steps, targets, shape, starts=starts, rounds=effort.rounds)[0]
        yield step.op.name, patches.astype(program.input.format.dtype)


def drive(
    steps: Sequence[Step],
    targets: Targets,
    shape: tuple[int, int],
    *,
    starts: int = _STARTS,
    rounds: int = _ROUNDS,
    seed: int = 2,
) -> tuple[Array, Array]:
    """Patches (targets, rows, columns) of this shape, and what each makes of its target's sum.

    The targets are sums of the last step. Of ``starts`` random patches each climb begins at the
    best; ``rounds`` is how often pixels are then moved.
    """
    steps = _needed(steps)
    batch = max(1, _MOST_FLOATS // _floats(steps, shape))
    if len(targets.sign) > batch:
        parts = [
            drive(steps, part, shape, starts=starts, rounds=rounds, seed=seed)
            for part in targets.in_groups(batch)
        ]
        patches, reached = zip(*parts, strict=True)
        return np.concatenate(patches), np.concatenate(reached)
    rng = np.random.default_rng(seed)
    hi = float(steps[0].value.format.hi)
    starts = min(starts, batch, max(1, _MOST_WORK // _work(steps, shape)))
    first = np.where(rng.random((starts, 1, *shape)) < 0.5, 0.0, hi)
    first[0] = hi // 2
    sums = forward(steps, first).sums[steps[-1].op.name]
    best = first[np.argmax(targets.sign * sums[:, *targets[1:]], axis=0)]
    best, most = climb(
        best, lambda patches: _reached(steps, patches, targets), _Moves(hi, rng), rounds
    )
    return best[:, 0], targets.sign * most


def _work(steps: Sequence[Step], shape: tuple[int, int]) -> int:
    """How many multiplications a picture of this shape takes; at least 1."""
    weights = sum(
        step.op.weight.size * step.value.scale**2
        for step in _needed(steps)
        if isinstance(step.op, Conv)
    )
    return max(1, weights * shape[0] * shape[1])


def _floats(steps: Sequence[Step], shape: tuple[int, int]) -> int:
    """How many integers the tensors of such a picture have, sums before rounding included."""
    return sum(2 * prod(step.value.shape(*shape)) for step in steps)


def _needed(steps: Sequence[Step]) -> list[Step]:
    """The steps that the last one is made from, and itself."""
    names = {steps[-1].op.name}
    for step in reversed(steps):
        if step.op.name in names:
            names.update(step.op.sources)
    return [step for step in steps if step.op.name in names]


def _both_ends(step: Step, centre: tuple[int, int], most: int) -> Targets:
    """Both ends of at most ``most`` sums in the block that the low-resolution pixel becomes."""
    scale = step.value.scale
    places = np.argwhere(np.ones((step.value.channels, scale, scale), bool))
    if len(places) > most:
        places = places[np.linspace(0, len(places) - 1, most).astype(int)]
    channel, row, column = np.tile(places, (2, 1)).T
    sign = np.repeat([-1.0, 1.0], len(places))
    return Targets(sign, channel, centre[0] * scale + row, centre[1] * scale + column)


def _reached(steps: Sequence[Step], patches: Array, targets: Targets) -> tuple[Array, Array]:
    """What each patch makes of its target, and the slope of that by each pixel."""
    tensors = forward(steps, patches)
    sums = tensors.sums[steps[-1].op.name]
    at = np.arange(len(patches)), *targets[1:]
    wanted = np.zeros_like(sums)
    wanted[at] = targets.sign
    return targets.sign * sums[at], backward(steps, tensors, wanted)


class _Moves:
    """Proposes moves along the slope: a share of the pixels, less of them after each failure."""

    def __init__(self, hi: float, rng: np.random.Generator) -> None:
        self._hi = hi
        self._rng = rng
        self._share: Array | float = 1.0
        self._count = 0

    def __call__(self, patches: Array, slope: Array, moved: NDArray[np.bool_]) -> Array:
        """A trial for each patch."""
        self._count += 1
        self._share = np.where(moved, np.minimum(1.5 * self._share, 1.0), 0.5 * self._share)
        # Every third time some of those that promise less go before some that promise more.
        doubt = self._rng.random(patches.shape) if self._count % 3 == 0 else 1.0
        return _moved(patches, slope, self._share, self._hi, doubt)


def _moved(patches: Array, slope: Array, share: Array, hi: float, doubt: Array | float) -> Array:
    """The patches with their share of pixels, those that promise most, at black or white."""
    wanted = np.where(slope > 0, hi, np.where(slope < 0, 0.0, patches))
    gain = (np.abs(slope * (wanted - patches)) * doubt).reshape(len(patches), -1)
    rank = np.argsort(np.argsort(-gain, axis=1, kind="stable"), axis=1)
    moved = np.maximum(1, np.round(share * gain.shape[1]))
    return np.where((rank < moved[:, np.newaxis]).reshape(patches.shape), wanted, patches)


def _laid_out(patches: NDArray) -> NDArray:
    """The patches side by side, in as many rows as it takes; the last is filled up with black."""
    count, rows, columns = patches.shape
    across = min(count, max(1, _MOST_WIDTH // columns))
    down = -(-count // across)
    grid = np.zeros((down * across, rows, columns), patches.dtype)
    grid[:count] = patches
    grid = grid.reshape(down, across, rows, columns).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(grid.reshape(down * rows, across * columns))
