"""What a core takes: what is counted before any synthesis, and what is estimated from it."""

from dataclasses import dataclass

from srq.dataflow import Lags, cost_of
from srq.export.rtl.core import Core
from srq.export.rtl.datapath import Cost

_LUTS_PER_BIT = {"xilinx": 1.06, "ecp5": 1.11}
"""What Yosys 0.70 took, before placement. For xilinx all layers together of kim-x2-fpga (28,430 LUT
for 26,669 bits) and of kim-x2-8bit-fpga (18,740 for 17,734), roundings and delays included, with
adders of three operands. For ecp5 all layers together of kim-x2-8bit-fpga (29,570 LUT4 for 26,561
bits), with adders of two."""

_BLOCKS = {"xilinx": ("BRAM36", 18), "ecp5": ("EBR", 9)}
"""Block RAMs, and the bits of one that is 2,048 deep."""
_DEEP = 2048


@dataclass(frozen=True)
class Estimate:
    """What a core is expected to take on ``target``; None where nothing is known of it.

    luts:   of the sums, by their full adders.
    blocks: block RAMs of the lines kept, for lines of ``width`` pixels; ``block`` is their kind.
    """

    target: str
    width: int
    luts: int | None
    block: str | None
    blocks: int | None


def counted(core: Core) -> dict[str, Cost]:
    """What each process's module says that it takes, all pixels of a beat together."""
    pixels = core.shape.pixels
    return {
        name: Cost(
            made.cost.adders * pixels,
            made.cost.bits * pixels,
            made.cost.depth,
            made.cost.stage_depth,
            made.cost.registers * pixels + made.set_bits,
            made.cost.multipliers * pixels,
        )
        for name, made in core.modules.items()
    }


def total_of(costs: dict[str, Cost]) -> Cost:
    """All modules together; depths are the greatest."""
    each = list(costs.values())
    return Cost(
        sum(cost.adders for cost in each),
        sum(cost.bits for cost in each),
        max((cost.depth for cost in each), default=0),
        max((cost.stage_depth for cost in each), default=0),
        sum(cost.registers for cost in each),
        sum(cost.multipliers for cost in each),
    )


def estimate(core: Core, target: str, width: int) -> Estimate:
    """What ``core`` is expected to take on one of ``srq.export.rtl.datapath.TARGETS``."""
    rate = _LUTS_PER_BIT.get(target)
    luts = None if rate is None else round(rate * total_of(counted(core)).bits)
    if target not in _BLOCKS:
        return Estimate(target, width, luts, None, None)
    block, bits = _BLOCKS[target]
    joins = Lags(core.program, width=width).joins
    # What is held for less than a line is no memory of lines.
    long = {join.step.op.name for join in joins if any(wait.lines >= 1 for wait in join.waits)}
    blocks = 0
    for op in cost_of(core.program, width=width).ops:
        lines = op.line_bits + (op.delay_bits if op.name in long else 0)
        if op.kind != "output" or core.shape.raster:
            blocks += -(-lines // (width * bits)) * -(-width // _DEEP)
    return Estimate(target, width, luts, block, blocks)
