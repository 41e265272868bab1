import numpy as np
import pytest

from srq.fixed import Format
from srq.program import Conv, Input, Output, PixelShuffle, Program, Requantize
from srq.stimuli.sets import SIZES, for_verification
from tests.verify.programs import tiny

U8, U10 = Format.parse("u8.8"), Format.parse("u10.10")


def is_prime(n):
    return n > 1 and all(n % d for d in range(2, n))


def test_the_sizes_go_from_a_pixel_through_primes_to_130():
    sides = {side for size in SIZES for side in size}
    assert SIZES[0] == (1, 1)
    assert max(sides) == 130
    assert sum(map(is_prime, sides)) > 20
    assert any(rows == 1 < columns for rows, columns in SIZES)
    assert any(columns == 1 < rows for rows, columns in SIZES)


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("bits", [8, 10])
def test_every_picture_is_one_that_the_program_reads_and_has_its_own_name(bits, quick):
    program = tiny(bits=bits)
    fmt = program.input.format
    found = list(for_verification(program, quick=quick))
    assert len({case.name for case in found}) == len(found) > (10 if quick else 20)
    for case in found:
        assert case.picture.dtype == fmt.dtype
        assert case.picture.ndim == 2
        assert case.picture.max() <= fmt.hi
    assert {int(case.picture.max()) for case in found} >= {0, fmt.hi}


def test_the_same_program_gives_the_same_pictures():
    first, second = (list(for_verification(tiny(), quick=True)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert a.name == b.name
        np.testing.assert_array_equal(a.picture, b.picture)


def test_quick_pictures_are_a_fraction_of_all():
    program = tiny()
    few, many = (
        sum(case.picture.size for case in for_verification(program, quick=quick))
        for quick in (True, False)
    )
    assert few < many / 8


@pytest.mark.parametrize("channels", [1, 32])
def test_quick_pictures_are_a_dozen_of_at_most_a_hundred_lines(channels):
    found = list(for_verification(plain_stack(channels), quick=True))
    assert len(found) <= 12
    assert max(case.picture.shape[0] for case in found) <= 130
    assert sum(case.picture.size for case in found) < 25_000


def plain_stack(channels):
    """Four 3x3 convolutions, dense."""
    rng = np.random.default_rng(channels)
    wide, ops, last = Format.parse("u14.12"), [Input("lr", U8)], 1
    for name, outputs in (("a", channels), ("b", channels), ("c", channels), ("d", 4)):
        weight = rng.integers(-60, 60, (outputs, last, 3, 3))
        fmt = None if name == "d" else wide
        ops.append(Conv(name, ops[-1].name, weight, weight_bits=8, weight_frac=10, format=fmt))
        last = outputs
    shuffled = [PixelShuffle("shuffled", "d", 2), Requantize("picture", "shuffled", U8)]
    return Program([*ops, *shuffled, Output("hr", "picture")])


def test_a_program_without_any_sum_gets_pictures_too():
    program = Program([Input("lr", U8), Output("hr", "lr")])
    assert len(list(for_verification(program, quick=True))) > 10
