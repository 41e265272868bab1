"""The pictures of the test bench, as the reference computes them."""

import numpy as np

from srq.export.hls.text import braces, guarded, head
from srq.program import Program
from srq.program.reference import Reference

_SIZES = ((12, 19), (7, 8), (1, 9), (5, 1), (1, 1))
_SEED = 4


def vectors(program: Program) -> str:
    """``vectors.hpp``: small pictures of code values, and what becomes of them."""
    reference = Reference(program)
    rng = np.random.default_rng(_SEED)
    fmt = program.input.format
    parts, rows = [], []
    for number, (height, width) in enumerate(_SIZES):
        picture = rng.integers(0, fmt.hi, (height, width), fmt.dtype, endpoint=True)
        if number == 1:
            picture = np.where(picture & 1, fmt.hi, 0).astype(fmt.dtype)
        for side, pixels in (("LR", picture), ("HR", reference(picture))):
            parts.append(
                f"static const unsigned short {side}_{number}[{pixels.size}] ="
                f" {braces(int(n) for n in pixels.reshape(-1))};\n"
            )
        name = "extremes" if number == 1 else "noise"
        rows.append(f'    {{"{name} {number}", {height}, {width}, LR_{number}, HR_{number}}},')
    body = "\n".join(
        [
            "struct Vector {",
            "    const char* name;",
            "    int rows; // of the low-resolution picture",
            "    int columns;",
            "    const unsigned short* lr;",
            "    const unsigned short* hr;",
            "};\n",
            *parts,
            "static const Vector SRQ_VECTORS[] = {",
            *rows,
            "};\n",
        ]
    )
    return head(program, "Pictures for the test bench, from the reference.") + guarded(
        "vectors", body
    )
