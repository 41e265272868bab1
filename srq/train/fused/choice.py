"""Whether the compiled step is faster than layer by layer on the machine at hand."""

import functools
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from srq import provenance
from srq.models.kim import Kim
from srq.train.fused import loss_of

BENCHMARKED = frozenset({"avx2", "avx512bw", "avx512vnni"})
"""The instruction sets on which ``benchmarks.training`` found the compiled step faster. Of floats
avx512bw has what avx512vnni has."""

_ROUNDS = 5
_CROPS, _SIDE = 4, 32


@functools.cache
def is_faster() -> bool:
    """Whether the compiled step is the faster one: known from the benchmark, or else measured here
    once, on random crops."""
    return provenance.isa() in BENCHMARKED or _measured()


def _measured() -> bool:
    # On weights of its own: a training's random numbers stay as they are.
    with torch.random.fork_rng(devices=[]):
        model = Kim()
        lr = torch.randint(0, 256, (_CROPS, 1, _SIDE, _SIDE), dtype=torch.uint8)
        hr = torch.randint(0, 256, (_CROPS, 1, 2 * _SIDE, 2 * _SIDE), dtype=torch.uint8)
    compiled = _seconds(lambda: loss_of(model, lr, hr, "l1", 1.0))
    layers = _seconds(lambda: F.l1_loss(model(lr.float() / 255), hr.float() / 255))
    return compiled < layers


def _seconds(loss: Callable[[], Tensor]) -> float:
    """The least that a loss and its gradients take."""
    least = float("inf")
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        loss().backward()
        least = min(least, time.perf_counter() - began)
    return least
