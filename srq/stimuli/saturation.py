"""A picture of extremes that saturates many values of a Program at once."""

import numpy as np
from numpy.typing import NDArray

from srq.fixed import Format
from srq.program import Program
from srq.program.reference import Reference
from srq.stimuli.climb import climb

_ROUNDS = 120


def saturating(program: Program, shape: tuple[int, int], seed: int) -> NDArray:
    """Black and white pixels, rectangles turned over where that saturates more channels.

    The rectangles are drawn at random: enough to visit many ends of formats.
    """
    rng = np.random.default_rng(seed)
    reference, fmt = Reference(program), program.input.format
    watched = [step for step in program.steps if step.shifts and not step.value.is_accumulator]

    def measure(bright: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray]:
        heights = []
        for one in bright:
            tensors = reference((one * fmt.hi).astype(fmt.dtype), trace=True)
            heights.append(sum(_saturation(tensors[s.op.name], s.value.format) for s in watched))
        return np.array(heights, float), bright

    def propose(bright: NDArray[np.bool_], *_: NDArray) -> NDArray[np.bool_]:
        turned = bright.copy()
        for one in turned:
            rows, columns = (np.sort(rng.integers(0, side + 1, 2)) for side in shape)
            one[slice(*rows), slice(*columns)] ^= True
        return turned

    first = rng.integers(0, 2, (1, *shape)) == 1
    (best,), _ = climb(first, measure, propose, _ROUNDS)
    return (best * fmt.hi).astype(fmt.dtype)


def _saturation(tensor: NDArray, fmt: Format) -> float:
    """How many channels are at an end of the format, and how close the others come to it."""
    flat = tensor.reshape(len(tensor), -1)
    total = float((flat.max(axis=1) / fmt.hi).clip(0, 1).sum() + (flat.max(axis=1) == fmt.hi).sum())
    if fmt.signed:
        total += float((flat.min(axis=1) / fmt.lo).clip(0, 1).sum())
        total += float((flat.min(axis=1) == fmt.lo).sum())
    return total
