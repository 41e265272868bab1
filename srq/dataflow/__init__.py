"""When each value of a Program comes, how far it sees, and what must be kept for it.

These are facts of the Program and not of a target; docs/design/dataflow.md explains the words::

    lags = Lags(program, grain=Grain.BLOCK, width=1920)
    lags["sum"]              # how far the input must have come for it: a Lag
    lags.joins               # where values wait for another, how long, and what to hold back
    window_of(step, Grain.BLOCK)  # what an op reads around each block that it makes
    lines_kept(source, wait, top)  # the lines of a ring

``reach_of(program)`` is the halo of a tile, ``cost_of(program)`` what the Program takes in plain
streaming hardware; ``srq.dataflow.planes`` is the Program in blocks of one low-resolution pixel.
Every target keeps its own order and fusion of ops.
"""

from srq.dataflow.cost import Cost, OpCost, cost_of
from srq.dataflow.grain import Grain, whole
from srq.dataflow.lags import Join, Lag, Lags, is_view, lines_kept
from srq.dataflow.reach import Reach, Sides, reach_of, sides_needed, sides_seen, window_of

__all__ = [
    "Cost",
    "Grain",
    "Join",
    "Lag",
    "Lags",
    "OpCost",
    "Reach",
    "Sides",
    "cost_of",
    "is_view",
    "lines_kept",
    "reach_of",
    "sides_needed",
    "sides_seen",
    "whole",
    "window_of",
]
