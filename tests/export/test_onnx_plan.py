"""How sums are held in float32: at the limit of 2^24, a hair below and beyond."""

import numpy as np
import pytest

from srq.export.onnx import plan as plan_module
from srq.export.onnx import split as split_module
from srq.export.onnx.plan import plan
from srq.fixed import Format
from srq.program import Add, Conv, Input, Output, Padding, Program, Requantize
from srq.program.reference import Reference
from tests.export.onnx_runs import LEVELS, exact_luma, upscaled

U8 = Format.parse("u8.8")
LIMIT = 1 << 24
MAX = 32767
"""The largest weight of 16 bits."""


def row(*weights, name="conv", frac=0, fmt=U8, bias=0):
    """A convolution of one row that reads the picture; its sums have 8 + ``frac`` fraction bits."""
    return Conv(
        name,
        "lr",
        np.array(weights)[None, None, None],
        weight_bits=16,
        weight_frac=frac,
        format=fmt,
        bias=[bias],
    )


def alone(conv):
    return Program([Input("lr", U8), conv, Output("hr", conv.name)])


def added(first, second, fmt=U8):
    add = Add("sum", first.name, second.name, fmt)
    return Program([Input("lr", U8), first, second, add, Output("hr", "sum")])


def pictures():
    """Noise, extremes, and lines whose large terms cancel and leave a small odd one."""
    rng = np.random.default_rng(24)
    yield rng.integers(0, 256, (60, 70)).astype(np.uint8)
    yield (rng.integers(0, 2, (60, 70)) * 255).astype(np.uint8)
    cancelling = np.full((255, 11), 255, np.uint8)
    cancelling[:, 5] = np.arange(255)
    yield cancelling


def assert_exact(program):
    model = exact_luma(program)
    for picture in pictures():
        expected = Reference(program)(picture)
        for level in LEVELS:
            np.testing.assert_array_equal(upscaled(model, picture, level=level), expected)


def is_exact(program):
    model = exact_luma(program)
    return all(
        (upscaled(model, picture) == Reference(program)(picture)).all() for picture in pictures()
    )


@pytest.fixture
def lift_limit(monkeypatch):
    """A function after whose call everything is held as if float32 had room for it."""

    def lift():
        for module in (plan_module, split_module):
            monkeypatch.setattr(module, "LIMIT", 1 << 60)

    return lift


# 255 * (2 * 32767 + 259) = 2^24 - 1
FULL = (MAX, MAX, 259, 0, -259, -MAX, -MAX)


@pytest.mark.parametrize(
    ("bias", "pieces"), [(0, 1), (1, 1), (2, 2), (65535, 2), (-1, 1), (-2, 2), (-65535, 2)]
)
def test_a_sum_is_split_as_soon_as_it_can_pass_the_limit(bias, pieces):
    program = alone(row(*FULL, bias=bias))
    sums = program.ranges.accumulators["conv"]
    assert max(sums.hi[0], -sums.lo[0]) == LIMIT - 1 + abs(bias)
    assert len(plan(program)["conv"].pieces) == pieces
    assert_exact(program)


@pytest.mark.parametrize(("bias", "pieces"), [(254, 1), (255, 2)])
def test_the_half_of_a_rounding_counts(bias, pieces):
    program = alone(row(MAX, MAX, 258, 0, -258, -MAX, -MAX, frac=2, bias=bias))
    assert program.ranges.peaks["conv"].hi[0] == LIMIT - 256 + bias + 2
    assert len(plan(program)["conv"].pieces) == pieces
    assert_exact(program)


CANCELLING = (*[MAX] * 3, 1, *[-MAX] * 3)


def test_two_convolutions_where_what_lies_beyond_saturates(lift_limit):
    program = alone(row(0, 0, *CANCELLING, 0, 0))
    planned = plan(program)["conv"]
    assert (len(planned.pieces), planned.sum.wide, planned.sum.certain) == (2, False, LIMIT)
    assert_exact(program)
    lift_limit()
    assert len(plan(program)["conv"].pieces) == 1
    assert not is_exact(program)


def test_three_where_two_do_not_suffice(lift_limit):
    program = alone(row(*[MAX] * 5, 1, *[-MAX] * 5))
    planned = plan(program)["conv"]
    assert (len(planned.pieces), planned.sum.wide) == (3, False)
    assert planned.sum.certain == LIMIT - 255 * (MAX + 1)
    assert_exact(program)
    lift_limit()
    assert not is_exact(program)


def test_float64_where_what_lies_beyond_counts(lift_limit):
    program = alone(row(*[MAX] * 4, 1, *[MAX] * 4, frac=18, fmt=Format.parse("u16.16")))
    planned = plan(program)["conv"]
    assert (len(planned.pieces), planned.sum.wide) == (2, True)
    assert_exact(program)
    lift_limit()
    assert not is_exact(program)


def test_sums_that_cancel_are_not_left_to_saturation(lift_limit):
    """Each is beyond the limit, their sum is not."""
    first = row(*CANCELLING[:3], 1, 0, 0, 0, name="first", fmt=None)
    second = row(*[-MAX] * 3, 0, 0, 0, 0, name="second", fmt=None)
    program = added(first, second)
    planned = plan(program)
    assert planned["first"].sum.wide
    assert planned["second"].sum.wide
    assert_exact(program)
    lift_limit()
    assert not is_exact(program)


def test_a_sum_beyond_the_limit_may_be_added_to_if_that_cannot_bring_it_back():
    first = row(*CANCELLING, name="first", fmt=None)
    planned = plan(added(first, row(5, name="second", fmt=None)))
    assert [planned[name].sum.wide for name in ("first", "second", "sum")] == [False] * 3
    assert planned["sum"].sum.certain == LIMIT - 5 * 255
    assert_exact(added(first, row(5, name="second", fmt=None)))


def test_a_half_below_a_sums_last_bit_is_brought_by_the_other():
    """The coarse sum has 6 fraction bits, the fine one 18; together they are rounded to 8."""
    coarse = row(1, 3, -2, frac=-2, name="coarse", fmt=None)
    fine = row(MAX, -MAX, 1, frac=10, name="fine", fmt=None)
    for program in (added(coarse, fine), added(fine, coarse)):
        planned = plan(program)
        assert [planned[name].value.half for name in ("coarse", "fine")] == [False, True]
        assert_exact(program)


def test_a_channel_far_coarser_than_the_half():
    """One channel of the sum has no fraction bits, the other 30; both are rounded to 26."""
    two = np.ones((2, 1, 1, 1), int)
    ops = [
        Input("lr", U8),
        Requantize("bit", "lr", Format(False, 1, 0)),
        Conv("conv", "bit", two, weight_bits=2, weight_frac=[0, 30]),
        Requantize("rounded", "conv", Format(False, 8, 26)),
        Conv("last", "rounded", two.reshape(1, 2, 1, 1), weight_bits=2, weight_frac=-18, format=U8),
        Output("hr", "last"),
    ]
    program = Program(ops)
    assert plan(program)["conv"].sum.wide
    assert_exact(program)


@pytest.mark.parametrize("frac", [0, 9])
def test_a_bias_beyond_float32(frac, lift_limit):
    program = added(
        row(3, 5, -8, frac=frac, bias=(1 << 29) + 1, name="first", fmt=None),
        row(1, frac=frac, bias=-(1 << 29), name="second", fmt=None),
    )
    assert plan(program)["first"].sum.wide
    assert_exact(program)
    lift_limit()
    assert not is_exact(program)


def test_weights_of_one_bit_are_dealt_out_by_taps():
    """Nothing but fewer taps makes such a sum smaller."""
    source = Format(False, 16, 16)
    weight = np.where(np.arange(600).reshape(1, 1, 20, 30) % 7, 1, -1)
    ops = [
        Input("lr", source),
        Conv("conv", "lr", weight, weight_bits=2, weight_frac=8, padding=Padding(19, 0, 29, 0),
             format=source),
        Output("hr", "conv"),
    ]  # fmt: skip
    program = Program(ops)
    planned = plan(program)["conv"]
    assert planned.sum.wide
    assert len(planned.pieces) > 2
    assert (sum(planned.pieces) == weight).all()
    picture = np.random.default_rng(0).integers(0, 1 << 16, (40, 41)).astype(np.uint16)
    np.testing.assert_array_equal(
        upscaled(exact_luma(program), picture), Reference(program)(picture)
    )
