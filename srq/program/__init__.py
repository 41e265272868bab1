"""The Program: one frozen object, one file, one written meaning (docs/reference/program-spec.md).

Make one from ops; making it checks the graph and proves every accumulator::

    program = Program(
        [
            Input("lr", Format.parse("u8.8")),
            Conv("features", "lr", weight, weight_bits=10, weight_frac=9,
                 format=Format.parse("u14.12")),
            Conv("detail", "features", last, weight_bits=10, weight_frac=9),  # an accumulator
            PixelShuffle("shuffled", "detail", 2),
            NearestUpsample("base", "lr", 2),
            Add("sum", "shuffled", "base", Format.parse("u8.8")),
            Output("hr", "sum"),
        ],
        name="example",
    )
    save(program, "example.srq")
    assert load("example.srq") == program

Walk one, to run it or to write it out: ``for step in program.steps`` gives each op in order
with the values it reads and makes (channels, scale, format), its shifts, and which values no
later step needs (see Step). ``program.ranges`` is the proof, ``program.fingerprint`` what an
exporter stamps into all it writes. ``srq.dataflow`` says when each value comes and what a
Program takes in hardware.

Everything wrong with a Program or its file is a ProgramError.
"""

from srq.program.file import SUFFIX, from_bytes, load, save, to_bytes
from srq.program.ops import (
    OP_TYPES,
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    OpKind,
    Output,
    Padding,
    PixelShuffle,
    Requantize,
)
from srq.program.program import SCHEMA, Program
from srq.program.ranges import Interval, Ranges
from srq.program.steps import Step, Value

__all__ = [
    "OP_TYPES",
    "SCHEMA",
    "SUFFIX",
    "Add",
    "Conv",
    "Input",
    "Interval",
    "NearestUpsample",
    "Op",
    "OpKind",
    "Output",
    "Padding",
    "PixelShuffle",
    "Program",
    "Ranges",
    "Requantize",
    "Step",
    "Value",
    "from_bytes",
    "load",
    "save",
    "to_bytes",
]
