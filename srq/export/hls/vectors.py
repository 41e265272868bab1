"""The pictures of the test bench, as the reference computes them."""

from srq.export.hls.text import guarded, head, initializer
from srq.program import Program
from srq.program.reference import Reference
from srq.stimuli.sets import for_bench


def vectors(program: Program) -> str:
    """``vectors.hpp``: small pictures of code values, and what becomes of them."""
    reference = Reference(program)
    parts, rows = [], []
    for number, stimulus in enumerate(for_bench(program.input.format)):
        picture = stimulus.picture
        height, width = picture.shape
        for side, pixels in (("LR", picture), ("HR", reference(picture))):
            parts.append(
                f"static const unsigned short {side}_{number}[{pixels.size}] ="
                f" {initializer(int(n) for n in pixels.reshape(-1))};\n"
            )
        name = stimulus.name
        rows.append(f'    {{"{name}", {height}, {width}, LR_{number}, HR_{number}}},')
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
