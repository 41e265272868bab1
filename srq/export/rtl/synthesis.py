"""How Yosys synthesizes a core for each target."""

from collections.abc import Iterable

_PASS = {
    "xilinx": "synth_xilinx -family xcup -noiopad -noclkbuf -top {top} -flatten",
    "ecp5": "synth_ecp5 -top {top}",
    "generic": "synth -top {top} -flatten",
}
"""``xilinx`` is UltraScale+, which Yosys calls xcup; a core is a part of a design, without pads."""

_DEFINES = {"xilinx": " -DSRQ_XILINX"}


def synthesis(target: str, top: str) -> str:
    """The command that makes a netlist of the module ``top``."""
    return _PASS[target].format(top=top)


def reading(target: str, files: Iterable[object], *, deferred: bool = False) -> str:
    """The command that reads SystemVerilog; ``deferred`` modules wait for their parameters."""
    defer = " -defer" * deferred
    names = " ".join(map(str, files))
    return f"read_verilog -sv{defer}{_DEFINES.get(target, '')} {names}"
