"""How far Programs see: the halo of a tile."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.dataflow import Reach, reach_of
from srq.fixed import Format
from srq.program import Conv, Input, Output, Padding, Program
from srq.program.reference import Reference
from tests.strategies import pictures, programs

U8 = Format.parse("u8.8")


def test_the_reach_of_lopsided_kernels():
    program = Program(
        [
            Input("lr", U8),
            Conv("c", "lr", np.ones((1, 1, 2, 4), int), weight_bits=2, weight_frac=3, format=U8,
                 padding=Padding(0, 1, 3, 0)),
            Output("hr", "c"),
        ]
    )  # fmt: skip
    assert reach_of(program) == Reach(0, 1, 3, 0)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_tile_with_its_halo_equals_the_whole(data):
    program = data.draw(programs(max_ops=3))
    picture = data.draw(pictures(program, max_side=24))
    whole = Reference(program)(picture)
    (height, width), far, scale = picture.shape, reach_of(program), program.scale
    y, x = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    top, left = max(y - far.top, 0), max(x - far.left, 0)
    tile = picture[top : y + far.bottom + 1, left : x + far.right + 1]
    result = Reference(program)(tile)
    rows, columns = (slice(n * scale, (n + 1) * scale) for n in (y - top, x - left))
    np.testing.assert_array_equal(
        result[rows, columns],
        whole[y * scale : (y + 1) * scale, x * scale : (x + 1) * scale],
    )
