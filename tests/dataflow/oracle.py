"""What a Program's lines and blocks depend on, counted line by line and block by block.

Nothing here knows of lags, fractions or rounding: an op reads the rows that its definition reads,
and what those were made of is looked up. ``srq.dataflow`` must agree.
"""

from collections.abc import Callable
from functools import cache

from srq.program import Conv, Program


def padding_of(op) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what an op reads around its pixel."""
    if not isinstance(op, Conv):
        return 0, 0, 0, 0
    pad = op.padding
    return pad.top, pad.bottom, pad.left, pad.right


def rows_of(program: Program, *, across: bool = False) -> Callable[[str, int], tuple[int, int]]:
    """``rows(name, y)``: the first and the last row of the input that line y of a value sees.

    Of a picture without end, so no border cuts it short. across: the same of columns.
    """

    @cache
    def rows(name: str, y: int) -> tuple[int, int]:
        step = program.step(name)
        if not step.sources:
            return y, y
        before, after = padding_of(step.op)[2:] if across else padding_of(step.op)[:2]
        seen = []
        for source in step.sources:
            place = y // (step.value.scale // source.scale)
            seen += [rows(source.name, place - before), rows(source.name, place + after)]
        return min(first for first, _ in seen), max(last for _, last in seen)

    return rows


def block_of(program: Program, width: int) -> Callable[[str, int, int], int]:
    """``last(name, row, column)``: the last block of the input that a block of a value waits for.

    Blocks are counted in raster order, ``width`` to a line; each value is handed on block by block
    and may be read only in whole blocks.
    """

    @cache
    def last(name: str, row: int, column: int) -> int:
        step = program.step(name)
        if not step.sources:
            return row * width + column
        _, below, _, right = padding_of(step.op)
        scale = step.sources[0].scale
        # The lowest and rightmost pixel that the block's last pixel reads.
        y = scale * row + scale - 1 + below
        x = scale * column + scale - 1 + right
        return max(last(source.name, y // scale, x // scale) for source in step.sources)

    return last
