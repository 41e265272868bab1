"""The weight header: every number of a Program, documented, for this export or any other use."""

from collections.abc import Sequence

import numpy as np

from srq.export.c.text import names
from srq.export.text import fill, indented, listed, literal, symbol
from srq.fixed import Format
from srq.program import Add, Conv, NearestUpsample, PixelShuffle, Program, Requantize, Step


def weights_header(program: Program) -> str:
    """``srq_NAME_weights.h``."""
    prefix = symbol(program)
    ops = "\n".join(_op(step, prefix) for step in program.steps)
    return fill("c/weights.h", **names(program), ops=ops)


def _op(step: Step, prefix: str) -> str:
    op, value = step.op, step.value
    sources = ", ".join(source.name for source in step.sources)
    lines = [
        f"/* {op.name}: {op.kind.value}{f' of {sources}' if sources else ''}, {value.format} */"
    ]
    macros: dict[str, int] = {
        "CHANNELS": value.channels,
        "PICTURE_SCALE": value.scale,
        **_format(value.format),
    }
    arrays: list[str] = []
    stem = f"{prefix}_{op.name}"
    match op:
        case Conv():
            pad = op.padding
            macros |= {
                "GROUPS": op.groups,
                "OUT": op.out_channels,
                "IN_OF_GROUP": op.weight.shape[1],
                "ROWS": op.kernel[0],
                "COLUMNS": op.kernel[1],
                "TOP": pad.top,
                "BOTTOM": pad.bottom,
                "LEFT": pad.left,
                "RIGHT": pad.right,
                "WEIGHT_BITS": op.weight_bits,
                "HAS_BIAS": int(op.bias is not None),
            }
            if len(op.weight_frac) == 1:
                macros["WEIGHT_FRAC"] = op.weight_frac[0]
            else:
                arrays.append(array("int8_t", f"{stem}_weight_frac", op.weight_frac))
            arrays.append(array("int16_t", f"{stem}_weight", op.weight.ravel(), op.weight[0].size))
            if op.bias is not None:
                arrays.append(array("int32_t", f"{stem}_bias", op.bias))
            uniform = len(set(step.shifts)) == 1
            macros["SHIFTS"] = 1 if uniform else op.out_channels
            shifts = step.shifts[:1] if uniform else step.shifts
            arrays.append(array("int8_t", f"{stem}_shift", shifts))
        case Add():
            macros |= {"ALIGN_A": step.aligns[0], "ALIGN_B": step.aligns[1]}
            macros["SHIFT"] = step.shifts[0]
        case Requantize():
            macros["SHIFT"] = step.shifts[0]
        case PixelShuffle() | NearestUpsample():
            macros["SCALE"] = op.scale
    lines += [f"#define {prefix.upper()}_{op.name}_{key} {_macro(n)}" for key, n in macros.items()]
    return "\n".join([*lines, *arrays]) + "\n"


def _format(fmt: Format) -> dict[str, int]:
    return {
        "SIGNED": int(fmt.signed),
        "BITS": fmt.bits,
        "FRAC": fmt.frac,
        "LO": fmt.lo,
        "HI": fmt.hi,
    }


def _macro(n: int) -> str:
    return f"({literal(n)})" if n < 0 else str(n)


def array(
    ctype: str, name: str, numbers: Sequence[int] | np.ndarray, row: int | None = None
) -> str:
    """A constant C array; each ``row`` numbers begin a new line."""
    texts = [literal(int(n)) for n in numbers]
    row = row or len(texts)
    lines = []
    for start in range(0, len(texts), row):
        lines += listed(texts[start : start + row], 91)
        lines[-1] += ","
    return f"static const {ctype} {name}[{len(texts)}] = {{\n{indented(lines)}\n}};"
