"""How a learning rate goes: up in the beginning, then down along a cosine."""

import math


def warming(step: int, warmup: int) -> float:
    """The share of the rate at ``step`` (from 0), where ``warmup`` steps rise linearly."""
    return min(1.0, (step + 1) / warmup) if warmup else 1.0


def cosine(step: int, steps: int) -> float:
    """The share of the rate at ``step`` (from 0), which falls to zero after ``steps``."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))
