"""The files around the network: an example, a test with its vector, a Makefile, a README."""

from srq.export.c.header import memory_sentence, timing
from srq.export.c.schedule import Schedule
from srq.export.c.text import names
from srq.export.c.weights import array
from srq.export.pgm import pgm
from srq.export.text import fill, symbol
from srq.program import Program
from srq.program.reference import Reference
from srq.stimuli.sets import sample


def companions(program: Program, plan: Schedule, max_width: int) -> dict[str, bytes]:
    """The files by name."""
    picture = sample(program.input.format, max_width).picture
    prefix = symbol(program)
    read, written = program.input.format, program.output_value.format
    scale = plan.largest_scale
    values = {
        **names(program),
        "delay": plan.delay,
        "in_hi": read.hi,
        "out_hi": written.hi,
        "max_width": max_width,
        "block": plan.default_block(max_width),
        "largest_scale": scale,
        "narrow": 5 * scale,
        "memory": memory_sentence(plan, max_width),
        "timing": "\n".join(timing(plan)),
        "height": picture.shape[0],
        "width": picture.shape[1],
        "arrays": "\n".join(
            array(f"{fmt.dtype.name}_t", f"{prefix}_test_{what}", integers.ravel(), columns)
            for what, fmt, integers, columns in (
                ("in", read, picture, picture.shape[1]),
                ("out", written, Reference(program)(picture), program.scale * picture.shape[1]),
            )
        ),
    }
    files = {
        name: fill(f"c/{name}", **values).encode("ascii")
        for name in ("example.c", "test.c", "test_vector.h", "Makefile", "README.md")
    }
    return files | {"sample.pgm": pgm(picture, read.hi, program.fingerprint)}
