"""What a Program takes in streaming hardware: multipliers, memory, latency.

The machine that is counted is the plain one: pixels arrive in raster order, one low-resolution
pixel a clock; every weight has its own multiplier (at scale g, g^2 of them); a convolution
keeps its kernel's rows but one in line memory; where two values of different age meet, the
younger's wait is a delay memory on the older. It is what the program needs before anyone
shares, folds or prunes anything. docs/reference/program-spec.md says each count in full.
"""

from collections import Counter
from dataclasses import dataclass, field

from srq.dataflow.grain import Grain, whole
from srq.dataflow.lags import Join, Lag, Lags
from srq.dataflow.reach import Reach, reach_of, window_of
from srq.program import Conv, Output, Program, Step, Value


@dataclass(frozen=True)
class OpCost:
    """What one op takes.

    macs:         multiplications for each low-resolution pixel; as many multipliers.
    multiplier:   their width, (activation bits, weight bits); None without any.
    weight_bits:  the memory of its weights, and 32 bits for every bias.
    line_bits:    line memory: of a convolution its kernel's rows but one; of the Output the
                  rows but one that are held to put scale x scale blocks in raster order.
    delay_bits:   what an Add holds back of the operand that comes first.
    latency:      what the op adds to the lag of what it reads.
    """

    name: str
    kind: str
    macs: int = 0
    multiplier: tuple[int, int] | None = None
    weight_bits: int = 0
    line_bits: int = 0
    delay_bits: int = 0
    latency: Lag = field(default_factory=Lag)


@dataclass(frozen=True)
class Cost:
    """What a Program takes for low-resolution pictures of ``width`` pixels a line.

    ops:     each op's share, in order.
    latency: the lag of the output, along the slowest path.
    reach:   how far an output pixel sees, in low-resolution pixels.
    """

    width: int
    ops: tuple[OpCost, ...]
    latency: Lag
    reach: Reach

    @property
    def macs(self) -> int:
        """Multiplications for each low-resolution pixel."""
        return sum(op.macs for op in self.ops)

    @property
    def multipliers(self) -> dict[tuple[int, int], int]:
        """How many multipliers of each width (activation bits, weight bits), widest first."""
        count: Counter[tuple[int, int]] = Counter()
        for op in self.ops:
            if op.multiplier is not None:
                count[op.multiplier] += op.macs
        return dict(sorted(count.items(), reverse=True))

    @property
    def weight_bits(self) -> int:
        """The memory of all weights and biases."""
        return sum(op.weight_bits for op in self.ops)

    @property
    def line_bits(self) -> int:
        """All line memory."""
        return sum(op.line_bits for op in self.ops)

    @property
    def delay_bits(self) -> int:
        """All delay memory."""
        return sum(op.delay_bits for op in self.ops)


DEFAULT_WIDTH = 1920
"""A line of Full HD, which scale 2 makes 4K."""


def cost_of(program: Program, *, width: int = DEFAULT_WIDTH) -> Cost:
    """What ``program`` takes for low-resolution lines of ``width`` pixels, 1 or more."""
    lags = Lags(program, width=width)
    joins = {join.step.op.name: join for join in lags.joins}
    ops = tuple(
        _op_cost(program, step, lags.own[step.op.name], joins.get(step.op.name), width)
        for step in program.steps
    )
    return Cost(width, ops, lags[program.output.name], reach_of(program))


def _op_cost(program: Program, step: Step, own: Lag, join: Join | None, width: int) -> OpCost:
    name, kind = step.op.name, step.op.kind.value
    match step.op:
        case Conv() as op:
            (source,) = step.sources
            line = source.channels * source.format.bits * source.scale * width
            return OpCost(
                name,
                kind,
                macs=op.weight.size * source.scale**2,
                multiplier=(source.format.bits, op.weight_bits),
                weight_bits=op.weight.size * op.weight_bits
                + 32 * (op.bias is not None) * op.out_channels,
                line_bits=(window_of(step, Grain.LINE).rows - 1) * line,
                latency=own,
            )
        case Output():
            value = step.value
            line = value.scale * width * value.format.bits
            return OpCost(name, kind, line_bits=(value.scale - 1) * line)
        case _:
            waits = zip(join.waits, join.held, strict=True) if join else ()
            delay = sum(
                whole(wait.clocks(width) * _bits_per_clock(program, held)) for wait, held in waits
            )
            return OpCost(name, kind, delay_bits=delay)


def _bits_per_clock(program: Program, value: Value) -> int:
    """The bits of a value that arrive with one low-resolution pixel.

    An accumulator takes the bits that the proof leaves it.
    """
    bits = value.format.bits
    if value.is_accumulator:
        bits = int(program.ranges.values[value.name].bits.max())
    return value.channels * value.scale**2 * bits
