import numpy as np

from srq.dataflow import reach_of
from srq.fixed import Format
from srq.stimuli.patterns import checkerboard, impulses, noise, ramp
from tests.kim_program import kim_program

U8, U10 = Format.parse("u8.8"), Format.parse("u10.10")


def test_impulses_stand_in_all_corners_and_alone_in_their_field():
    reach = reach_of(kim_program())
    picture = impulses(U8, reach.rows, reach.columns)
    assert set(np.unique(picture)) == {0, 255}
    assert [picture[y, x] for y in (0, -1) for x in (0, -1)] == [255] * 4
    height, width = (size - 1 for size in picture.shape)
    inner = [(y, x) for y, x in np.argwhere(picture) if y < height and x < width]
    for y, x in inner:
        others = [(abs(y - v), abs(x - u)) for v, u in inner if (v, u) != (y, x)]
        assert all(rows > reach.rows or columns > reach.columns for rows, columns in others)
    assert impulses(U10, 1, 1).max() == 1023


def test_a_checkerboard_begins_black_and_a_ramp_has_both_ends():
    assert checkerboard(U8, (2, 3)).tolist() == [[0, 255, 0], [255, 0, 255]]
    assert checkerboard(U10, (2, 4), 1, 2).tolist() == [[0, 0, 1023, 1023], [1023, 1023, 0, 0]]
    assert ramp(U8, (16, 16)).ravel().tolist() == list(range(256))


def test_noise_has_every_code_value():
    for fmt in (U8, U10):
        picture = noise(fmt, (200, 200), np.random.default_rng(0))
        assert picture.dtype == fmt.dtype
        assert len(np.unique(picture)) == fmt.hi + 1
