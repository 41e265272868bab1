"""A model by name or file, made ready to take luma of any size."""

from pathlib import Path

import numpy as np

from srq.dataflow import reach_of
from srq.engines import AUTO, Engine, open_engine
from srq.errors import ConfigError
from srq.image.blocks import blocks
from srq.program import Program, load
from srq.program.pictures import Luma, checked_picture
from srq.zoo import resolve

SIDE = 256
"""The sides of a block of luma. The reference keeps about 650 bytes for each of its pixels, and
is fastest where one channel of it stays in the processor's cache."""


class Blockwise:
    """An engine that sees one block of a picture at a time, with its halo: the same bits.

    It is an ``srq.engines.Engine``, for engines whose memory grows with the picture.
    """

    streams = True

    def __init__(self, engine: Engine, side: int = SIDE) -> None:
        """``side``: of a block, in low-resolution pixels."""
        self.engine = engine
        self._side = side
        self._reach = reach_of(engine.program)
        self.name = engine.name
        self.program = engine.program
        self.scale = engine.scale

    def __call__(self, picture: Luma) -> Luma:
        """The larger picture; ImageError if this is not luma as the program reads it."""
        given = checked_picture(picture, self.program)
        height, width = given.shape
        result = self.program.output_value.format
        out = np.empty((height * self.scale, width * self.scale), result.dtype)
        for block in blocks(height, width, self._side, self._side):
            outer = block.with_halo(self._reach, height, width)
            made = self.engine(np.ascontiguousarray(given[outer.part]))
            out[block.times(self.scale).part] = made[block.within(outer).times(self.scale).part]
        return out


def open_model(
    model: str | Path | Program | Engine, engine: str = AUTO, threads: int | None = None
) -> Engine:
    """The engine that runs ``model``: a name of the zoo, a .srq file, a Program, or an engine as
    it is.

    Raises ModelError for a name that is unknown, ProgramError for a file that is no sound
    Program, ConfigError or MissingDependencyError for an engine that cannot be had, and
    ConfigError for ``threads`` below 1.
    """
    if not isinstance(model, str | Path | Program):
        return model
    if threads is not None and threads < 1:
        raise ConfigError(f"An engine must have at least 1 thread, not {threads}.")
    program = model if isinstance(model, Program) else load(resolve(model, "program"))
    opened = open_engine(program, engine, threads)
    return opened if opened.streams else Blockwise(opened)


def check_eight_bits(engine: Engine) -> None:
    """Refuse, as ConfigError, a Program that reads or writes other luma than that of 8 bits."""
    program = engine.program
    formats = program.input_value.format, program.output_value.format
    if any(fmt.bits != 8 for fmt in formats):
        raise ConfigError(
            f"The program '{program.name}' reads {formats[0]} and writes {formats[1]}, but"
            " pictures are upscaled by programs of 8-bit luma (u8.8); choose another model."
        )
