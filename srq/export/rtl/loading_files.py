"""The files of a core whose weights are loaded: sets, the bench that exchanges them, the README's
part about them."""

from collections.abc import Sequence

import numpy as np

from srq.export.rtl.core import Core
from srq.export.rtl.datapath.dsp import B_BITS
from srq.export.rtl.datapath.loaded import BIAS_BITS
from srq.export.rtl.loading import layout, turned, words
from srq.export.rtl.ports import core_name
from srq.export.rtl.vectors import lines_in, lines_out, whole_frame
from srq.export.rtl.weights import INITIAL, address_bits, axi_connections, set_sizes
from srq.export.text import fill, identifier, stamp, title
from srq.program import Program
from srq.stimuli.patterns import noise

SIZES = ((6, 48), (6, 48), (4, 9), (4, 9))
"""Rows and columns of the bench's frames: sets are exchanged after the first and the third."""

_SEED = 8


def is_loadable(core: Core) -> bool:
    """Whether its weights are loaded."""
    return any(module.biases for module in core.modules.values())


def layout_of(core: Core) -> int:
    """What it says of its sets; 0 where it has none."""
    return layout(core.program) if is_loadable(core) else 0


def loading_files(core: Core, others: Sequence[Program]) -> dict[str, str]:
    """The sets of the core's own Program and of ``others``, and the bench with its vectors."""
    program, shape = core.program, core.shape
    other = others[0] if others else turned(program)
    rng, fmt = np.random.default_rng(_SEED), program.input.format
    pictures = [
        noise(fmt, (rows, min(columns, shape.max_width)), rng, drawn=fmt.dtype)
        for rows, columns in SIZES
    ]
    sent = [whole_frame(picture, shape, fmt.bits) for picture in pictures]
    given = lines_in(program, shape, sent)
    wanted = [
        *lines_out(program, shape, pictures[:1]),
        *lines_out(other, shape, pictures[1:3]),
        *lines_out(program, shape, pictures[3:]),
    ]
    starts = np.cumsum([0, *(len(frame.beats) for frame in sent)])
    bench = fill(
        "rtl/loading.sv",
        **stamp(program),
        top=core_name(program),
        in_beats=len(given),
        out_beats=len(wanted),
        first=(starts[0] + starts[1]) // 2,
        second=(starts[2] + starts[3]) // 2,
        connections=axi_connections("{}"),
    )
    return {
        INITIAL: _set(core, program),
        **{name: _set(core, each) for name, each in zip(_names(others), others, strict=True)},
        "loading.sv": bench,
        "vectors/weights.hex": _set(core, other),
        "vectors/loading_in.hex": "\n".join([*given, ""]),
        "vectors/loading_out.hex": "\n".join([*wanted, ""]),
    }


def loading_numbers(core: Core) -> str:
    """What the core's package says of a set."""
    weights, biases = set_sizes(core.modules.values())
    return (
        f"    localparam int WEIGHTS = {weights};  // words of a set, which come first\n"
        f"    localparam int BIASES = {biases};\n"
        f"    localparam int ADDRESS_BITS = {address_bits(weights, biases)};  // of AXI4-Lite\n"
        f"    localparam bit [31:0] LAYOUT = 32'h{layout(core.program):08x};\n"
    )


def loading_readme(core: Core, others: Sequence[Program]) -> str:
    """What its README says of them."""
    weights, biases = set_sizes(core.modules.values())
    bits = address_bits(weights, biases)
    rows = [
        f"| `{process.name}` | {module.weights} | {module.biases} | {process.layer.shifts[0]} |"
        for process in core.processes
        for module in [core.modules[process.name]]
    ]
    files = zip((INITIAL, *_names(others)), (core.program, *others), strict=True)
    return fill(
        "rtl/loading.md",
        address_bits=bits,
        layout=f"{layout(core.program):08x}",
        words=weights + biases,
        base=f"{1 << (bits - 1):x}",
        weights=weights,
        biases=biases,
        weight_bits=B_BITS,
        bias_bits=BIAS_BITS,
        register_bits=sum(module.set_bits for module in core.modules.values()),
        copying=weights + biases + 1,
        sets="\n".join(
            f"| `{name}` | {title(each)}, `{each.fingerprint}` |" for name, each in files
        ),
        layers="\n".join(rows),
    )


def _set(core: Core, program: Program) -> str:
    return "".join(f"{word:08x}\n" for word in words(core.processes, program))


def _names(others: Sequence[Program]) -> list[str]:
    return [f"weights-{identifier(each)}.hex" for each in others]
