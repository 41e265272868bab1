"""What a datapath gives for a layer: one SystemVerilog module, and what it takes."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cost:
    """What a module takes, counted in its own terms before any synthesis.

    adders:      adders, ternary ones counted once.
    bits:        their full adders.
    depth:       adders on the longest path from the inputs to the last sum.
    stage_depth: adders on the longest path between two registers.
    registers:   bits of all registers, delays included.
    multipliers: multipliers; on Xilinx DSP slices, except where one makes two products.
    """

    adders: int = 0
    bits: int = 0
    depth: int = 0
    stage_depth: int = 0
    registers: int = 0
    multipliers: int = 0


@dataclass(frozen=True)
class Module:
    """A pipeline ``NAME(clk, ce, PORTS..., y)``, without reset or handshake.

    Every port has its elements one after the other, element i at bits i * width; y has the
    outputs so. y belongs to the inputs of ``latency`` enabled clocks ago.

    text:  the SystemVerilog of the module.
    cells: the files of hw/rtl that it instantiates modules of.
    free:  whether it is never held up: then ``ce`` is always high.
    weights, biases: how many its ports of these names take, where they are loaded; in ``set_bits``
           of registers, which stand once for all pixels of a beat.
    fold:  phases in which its inputs stay the same; from 2 up it has a port ``phase``, and
           ``latency`` counts from the last one.
    """

    name: str
    text: str
    latency: int
    cost: Cost = field(default_factory=Cost)
    cells: tuple[str, ...] = ()
    fold: int = 1
    free: bool = False
    weights: int = 0
    biases: int = 0
    set_bits: int = 0


def phase_bits(fold: int) -> int:
    """Of a port ``phase``."""
    return max((fold - 1).bit_length(), 1)
