"""The C that a module is compiled from: the exported C with other loops, and an interface."""

from srq.dataflow import reach_of
from srq.export.c.header import header
from srq.export.c.schedule import schedule
from srq.export.c.source import source
from srq.export.c.text import names
from srq.export.c.weights import weights_header
from srq.export.text import fill, symbol
from srq.export.wasm.kernels import SIMD128
from srq.program import Program

WIDEST = 1920
"""Low-resolution columns that are computed at once; srq.js cuts wider pictures into strips."""

INTERFACE = "module.c"


def sources(program: Program) -> dict[str, bytes]:
    """The files by name; those that end in ``.c`` are what is compiled."""
    plan, prefix, reach = schedule(program), symbol(program), reach_of(program)
    texts = {
        INTERFACE: fill(f"wasm/{INTERFACE}", **names(program), left=reach.left, right=reach.right),
        f"{prefix}.c": source(program, plan, SIMD128),
        f"{prefix}.h": header(program, plan, WIDEST),
        f"{prefix}_weights.h": weights_header(program),
    }
    return {name: text.encode("ascii") for name, text in texts.items()}
