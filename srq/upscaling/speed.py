"""How fast an engine is on this machine, at a size."""

import time

import numpy as np

from srq.engines import Engine

_ROWS = 64
"""At least so many rows are measured: fewer leave threads idle."""

_SHARE = 8
"""One part of so many of a frame is enough."""


def frames_a_second(engine: Engine, size: tuple[int, int]) -> float:
    """How many frames of that height and width ``engine`` makes larger in a second, by itself.

    A strip of a frame is made larger twice, the first time untimed.
    """
    height, width = size
    rows = min(height, max(_ROWS, height // _SHARE))
    # Of the type that the engine reads; what it holds does not matter.
    noise = np.random.default_rng(0).integers(0, 256, (rows, width), dtype=np.uint8)
    strip = noise.astype(engine.program.input_value.format.dtype)
    engine(strip)
    started = time.perf_counter()
    engine(strip)
    seconds = time.perf_counter() - started
    return rows / height / max(seconds, 1e-9)
