"""The typed description of a Program's values and layers, and its constants, in C++."""

from srq.dataflow import Grain, window_of
from srq.export.hls.parameters import tables, words
from srq.export.hls.text import guarded, head, initializer
from srq.program import Add, Conv, Program, Requantize, Step, Value


def network(program: Program, max_width: int) -> str:
    """``network.hpp``: a type V_NAME for every value, an L_NAME for every op with arithmetic."""
    lines = ['#include "srq/convolve.hpp"\n#include "srq/pixelwise.hpp"\n']
    for step in program.steps[:-1]:
        lines.append(_value(program, step.value))
        lines.append(_layer(program, step, max_width))
    body = "\n".join(line for line in lines if line)
    return head(program, "What flows between the processes, and what each does.") + guarded(
        "network", body
    )


def weights(program: Program) -> str:
    """``weights.hpp``: every weight, bias and shift as a constant."""
    parts = ['#include "network.hpp"\n']
    for step in program.steps:
        for table in tables(step):
            name = f"{table.prefix}_{step.op.name}"
            size = len(table.integers)
            parts.append(
                f"static const {table.ctype} {name}[{size}] = {initializer(table.integers)};\n"
            )
    return head(
        program, "Weights (W), biases (B) and shifts (Q), as the layers take them."
    ) + guarded("weights", "\n".join(parts))


def parameters(program: Program) -> str:
    """``parameters.hpp``: the same integers as words, for the build that loads them."""
    image = words(program)
    body = (
        f"#define SRQ_WORDS {max(len(image), 1)}\n\n"
        f"static const int SRQ_PARAMETERS[SRQ_WORDS] = {initializer(image or [0])};\n"
    )
    return head(program, "What the host writes into the kernel's parameter memory.") + guarded(
        "parameters", body
    )


def lane_format(program: Program, value: Value) -> str:
    """The C++ type of a value's format."""
    bits = lane_bits(program, value)
    if value.is_accumulator:
        return f"srq::Accumulator<{bits}>"
    return f"srq::{'Signed' if value.format.signed else 'Unsigned'}Format<{bits}>"


def lane_bits(program: Program, value: Value) -> int:
    """The width of a value's integers; an accumulator has the bits that the proof leaves it."""
    if value.is_accumulator:
        return max(int(program.ranges.values[value.name].bits.max()), 2)
    return value.format.bits


def _value(program: Program, value: Value) -> str:
    return (
        f"typedef srq::Value<{lane_format(program, value)}, {value.channels}, {value.scale}>"
        f" V_{value.name}; // {value.format}\n"
    )


def _layer(program: Program, step: Step, max_width: int) -> str:
    op = step.op
    match op:
        case Conv():
            types = {"In": f"V_{op.source}", "Weight": f"srq::Signed<{op.weight_bits}>"}
            rows, columns = op.kernel
            window = window_of(step, Grain.BLOCK)
            constants = {
                "GROUPS": op.groups,
                "ROWS": rows,
                "COLUMNS": columns,
                "TOP": op.padding.top,
                "LEFT": op.padding.left,
                "ABOVE": window.top,
                "BELOW": window.bottom,
                "BEFORE": window.left,
                "AFTER": window.right,
                "BIAS": int(op.bias is not None),
                "MAX_WIDTH": max_width,
            }
        case Add():
            types, constants = {"A": f"V_{op.a}", "B": f"V_{op.b}"}, {}
        case Requantize():
            types, constants = {"In": f"V_{op.source}"}, {}
        case _:
            return ""
    bits = int(program.ranges.peaks[op.name].bits.max())
    types |= {"Out": f"V_{op.name}", "Sum": f"srq::Sum<{max(bits, 2)}>"}
    lines = [f"    typedef {ctype} {name};" for name, ctype in types.items()]
    lines += [f"    static const int {name} = {number};" for name, number in constants.items()]
    return "\n".join([f"struct L_{op.name} {{", *lines, "};\n"])


def parameter_file(program: Program) -> str:
    """``parameters.txt``: the same words, one a line, for a host or another kernel's test."""
    return "".join(f"{word}\n" for word in words(program))
