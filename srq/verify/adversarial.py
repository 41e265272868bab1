"""Pictures that drive the sums of a Program to their bounds, found by going uphill.

For a channel of an op, the picture wanted is the one that makes its sum, before rounding and
saturation, greatest or least. The Program is piecewise linear: the slope of the sum by each
pixel says which pixels should be white and which black. That moves what is saturated on the
way, so the slope is taken again, and fewer pixels are moved each time.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from srq.program import Program, Step, reach_of
from srq.verify.slopes import Array, backward, forward

_MOST_SIDE = 33
"""Of a patch: a Program that sees further is driven by what it sees in this."""

_MOST_WIDTH = 130
"""Of the picture that the patches of an op are laid out in."""

_MOVED = (1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.1, 0.1, 0.05, 0.02)
"""The share of pixels that may move, step by step."""


def driven(program: Program, *, channels: int = 32) -> Iterator[tuple[str, NDArray]]:
    """For every op that sums, its name and a picture of patches: each drives a sum to a bound.

    channels: of how many channels (or places in a block, after a shuffle), spread evenly.
    """
    reach = reach_of(program)
    rows, columns = min(reach.rows, _MOST_SIDE), min(reach.columns, _MOST_SIDE)
    place = min(reach.top, rows - 1), min(reach.left, columns - 1)
    for index, step in enumerate(program.steps):
        if not step.shifts:
            continue
        targets = _targets(step, channels)
        patches = _climbed(program.steps[: index + 1], targets, (rows, columns), place)
        yield step.op.name, _laid_out(patches.astype(program.input.format.dtype))


def _targets(step: Step, most: int) -> NDArray[np.int64]:
    """(targets, 3): channel, row and column in the block that a low-resolution pixel becomes."""
    value = step.value
    places = np.argwhere(np.ones((value.channels, value.scale, value.scale), bool))
    if len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).astype(int)]


def _climbed(
    steps: Sequence[Step], targets: NDArray, shape: tuple[int, int], place: tuple[int, int]
) -> Array:
    """(2 targets, rows, columns): the patches found, those for the least sum first.

    Each target is a place of the last step's value, at the low-resolution pixel ``place``.
    """
    steps = _needed(steps)
    last, scale = steps[-1].op.name, steps[-1].value.scale
    fmt = steps[0].value.format
    signs = np.repeat([-1.0, 1.0], len(targets))
    channel, row, column = np.tile(targets, (2, 1)).T
    at = (np.arange(len(signs)), channel, place[0] * scale + row, place[1] * scale + column)

    trial = np.full((len(signs), 1, *shape), float(fmt.hi // 2))
    best, slope = trial.copy(), np.zeros_like(trial)
    most = np.full(len(signs), -np.inf)
    for share in _MOVED:
        tensors = forward(steps, trial)
        reached = signs * tensors.sums[last][at]
        better = reached > most
        best[better], most[better] = trial[better], reached[better]
        wanted = np.zeros_like(tensors.sums[last])
        wanted[at] = signs
        slope[better] = backward(steps, tensors, wanted)[better]
        trial = _moved(best, slope, share, fmt.hi)
    return best[:, 0]


def _needed(steps: Sequence[Step]) -> list[Step]:
    """The steps that the last one is made from, and itself."""
    names = {steps[-1].op.name}
    for step in reversed(steps):
        if step.op.name in names:
            names.update(step.op.sources)
    return [step for step in steps if step.op.name in names]


def _moved(patches: Array, slope: Array, share: float, hi: int) -> Array:
    """The patches with that share of pixels, those that promise most, at black or white."""
    wanted = np.where(slope > 0, float(hi), np.where(slope < 0, 0.0, patches))
    gain = np.abs(slope * (wanted - patches)).reshape(len(patches), -1)
    moved = max(1, round(share * gain.shape[1]))
    least = np.partition(gain, -moved, axis=1)[:, -moved].reshape(-1, 1, 1, 1)
    return np.where(gain.reshape(patches.shape) >= least, wanted, patches)


def _laid_out(patches: NDArray) -> NDArray:
    """The patches side by side, in as many rows as it takes; the last is filled up with black."""
    count, rows, columns = patches.shape
    across = min(count, max(1, _MOST_WIDTH // columns))
    down = -(-count // across)
    grid = np.zeros((down * across, rows, columns), patches.dtype)
    grid[:count] = patches
    grid = grid.reshape(down, across, rows, columns).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(grid.reshape(down * rows, across * columns))
