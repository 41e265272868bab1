import builtins

import numpy as np
import pytest

from srq.dataflow import reach_of
from srq.fixed import Format
from srq.program import Program
from srq.stimuli.pictures import SIZES, cases, impulses, natural
from tests.kim_program import kim_program
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
    found = list(cases(program, quick=quick))
    assert len({case.name for case in found}) == len(found) > 20
    for case in found:
        assert case.picture.dtype == fmt.dtype
        assert case.picture.ndim == 2
        assert case.picture.max() <= fmt.hi
    assert {int(case.picture.max()) for case in found} >= {0, fmt.hi}


def test_the_same_program_gives_the_same_pictures():
    first, second = (list(cases(tiny(), quick=True)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert a.name == b.name
        np.testing.assert_array_equal(a.picture, b.picture)


def test_quick_pictures_are_a_fraction_of_all():
    program = tiny()
    few, many = (
        sum(case.picture.size for case in cases(program, quick=quick)) for quick in (True, False)
    )
    assert few < many / 4


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


def test_without_photographs_there_is_a_made_up_one(monkeypatch):
    with_photographs = natural()

    def refuse(name, *rest):
        if name.startswith("skimage"):
            raise ImportError(name)
        return original(name, *rest)

    original = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    alone = natural()
    assert list(alone) == ["clouds"]
    assert {"camera", "astronaut"} < set(with_photographs)
    for picture in with_photographs.values():
        assert picture.shape == (130, 130)
        assert picture.std() > 20


def test_a_program_without_any_sum_gets_pictures_too():
    from srq.program import Input, Output

    program = Program([Input("lr", U8), Output("hr", "lr")])
    assert len(list(cases(program, quick=True))) > 15
