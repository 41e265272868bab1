"""Programs for tests of the C export, and its compilation there."""

import subprocess
from pathlib import Path

import numpy as np

from srq.export import export
from srq.export.c import C
from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Output,
    Padding,
    PixelShuffle,
    Program,
    Requantize,
)

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror")


def odd_program() -> Program:
    """10 bits, and all that is rare at once; its ops are called by words that C keeps.

    Even kernels padded on one side, groups, a bias, shifts per channel and to the left, 16-bit
    values without a sign, kept accumulators, branches of different lag, convolutions at scale 2
    and 4, a nearest upsampling that is read twice.
    """
    rng = np.random.default_rng(5)

    def conv(name, source, out, ins, kernel, frac, fmt, top, left, groups=1, **options):
        rows, columns = kernel
        return Conv(
            name,
            source,
            rng.integers(-128, 128, (out, ins, rows, columns)),
            weight_bits=8,
            weight_frac=frac,
            padding=Padding(top, rows - 1 - top, left, columns - 1 - left),
            format=fmt and Format.parse(fmt),
            groups=groups,
            **options,
        )

    fracs = [int(n) for n in rng.integers(5, 8, 10)]
    bias = rng.integers(-5000, 5000, 10)
    return Program(
        [
            Input("int", Format.parse("u10.10")),
            conv("static", "int", 10, 1, (4, 3), fracs, "u16.13", 1, 2, bias=bias),
            conv("while", "static", 10, 5, (1, 2), 7, "s12.8", 0, 0, groups=2),
            conv("row", "while", 10, 1, (5, 1), [8, *[7] * 9], None, 0, 0, groups=10),
            Requantize("double", "static", Format.parse("u5.13")),
            Add("union", "row", "double"),
            Requantize("for", "union", Format.parse("s9.15")),
            conv("x", "for", 8, 10, (1, 1), 7, None, 0, 0, bias=rng.integers(-99, 99, 8)),
            PixelShuffle("s", "x", 2),
            Requantize("void", "s", Format.parse("s10.9")),
            conv("n", "void", 4, 2, (2, 6), 6, "u7.6", 0, 5),
            NearestUpsample("io", "int", 2),
            Requantize("to", "io", Format.parse("u16.14")),
            NearestUpsample("struct", "to", 2),
            PixelShuffle("if", "n", 2),
            conv("case", "if", 1, 1, (3, 3), 6, "s14.13", 1, 1),
            Add("else", "case", "struct"),
            Requantize("goto", "else", Format.parse("u12.12")),
            Output("return", "goto"),
        ],
        name="97 odd */ \\ things, Ünïcode",
    )


def compile_c(folder: Path, program: Program, main: str, compiler="gcc", *flags: str) -> Path:
    """An executable of ``main`` and the exported C, which lies in ``folder`` from then on."""
    if not (folder / "manifest.json").exists():
        export(program, C(), folder)
    (folder / "main.c").write_text(main)
    network = next(folder.glob("srq_*.c"))
    command = [compiler, *STRICT, *flags, "main.c", network.name, "-o", "main"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "main"
