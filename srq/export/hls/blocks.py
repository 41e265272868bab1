"""Blocks: the g x g pixels that a value of scale g has for one low-resolution pixel."""

from dataclasses import dataclass

from srq.program import Conv


@dataclass(frozen=True)
class BlockReach:
    """How many blocks a convolution sees beyond its own, to each side."""

    above: int
    below: int
    before: int
    after: int


def reach_of_blocks(op: Conv, scale: int) -> BlockReach:
    """How far ``op`` sees at ``scale``: enough blocks to hold its paddings."""
    pad = op.padding
    return BlockReach(*(-(-side // scale) for side in (pad.top, pad.bottom, pad.left, pad.right)))
