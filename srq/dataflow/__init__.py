"""When each value of a Program comes, how far it sees, and what must be kept for it.

These are facts of the Program and not of a target: ``reach_of(program)`` is the halo of a tile,
``cost_of(program)`` what the Program takes in plain streaming hardware.
"""

from srq.dataflow.cost import Cost, Latency, OpCost, cost_of
from srq.dataflow.reach import Reach, reach_of

__all__ = ["Cost", "Latency", "OpCost", "Reach", "cost_of", "reach_of"]
