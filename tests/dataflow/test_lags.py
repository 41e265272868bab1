"""Lags and reaches against what each line and block was counted to depend on."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.dataflow import (
    Grain,
    Lag,
    Lags,
    lines_kept,
    reach_of,
    sides_needed,
    sides_seen,
    whole,
    window_of,
)
from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, Padding, PixelShuffle, Program
from tests.dataflow.oracle import block_of, rows_of
from tests.kim_program import kim_program
from tests.strategies import programs

U8 = Format.parse("u8.8")


def conv(name, source, kernel=(1, 1), before=(0, 0), out=1):
    """A convolution of one channel, with so many rows and columns of its kernel before it."""
    (rows, columns), (top, left) = kernel, before
    weight = np.ones((out, 1, rows, columns), np.int64)
    padding = Padding(top, rows - 1 - top, left, columns - 1 - left)
    return Conv(name, source, weight, weight_bits=2, weight_frac=2, padding=padding, format=U8)


def two_at_scale_two():
    """Nearest x2, then two 2x1 convolutions: half a line each."""
    return Program(
        [
            Input("lr", U8),
            NearestUpsample("large", "lr", 2),
            conv("one", "large", (2, 1)),
            conv("two", "one", (2, 1)),
            Add("sum", "two", "large", U8),
            Output("hr", "sum"),
        ]
    )


@pytest.mark.parametrize(
    ("amount", "per", "units"),
    [
        (0, 1, 0),
        ("1/2", 1, 1),
        ("1/2", 2, 1),
        ("3/2", 2, 3),
        (1, 4, 4),
        ("5/4", 2, 3),
        ("-1/2", 1, 0),
    ],
)
def test_whole_units_are_rounded_up(amount, per, units):
    assert whole(Fraction(amount), per) == units


def test_half_lines_add_up_where_lines_are_handed_on_and_not_where_blocks_are():
    program = two_at_scale_two()
    lines, blocks = Lags(program), Lags(program, grain=Grain.BLOCK)
    assert [lines[name].lines for name in ("one", "two", "hr")] == [Fraction(1, 2), 1, 1]
    assert [blocks[name].lines for name in ("one", "two", "hr")] == [1, 2, 2]
    assert reach_of(program).bottom == 1
    # The block of low-resolution line 0 of `two` has line 1, which reads line 2 of `one`; that
    # lies in the next block, whose line 3 reads line 4 of `large`, in the block after it.
    assert block_of(program, 9)("two", 0, 0) == 2 * 9


def test_the_papers_network():
    lags = Lags(kim_program(), width=1920)
    assert lags["hr"] == Lag(Fraction(3), Fraction(7))
    assert [(j.step.op.name, j.waits, [v.name for v in j.held]) for j in lags.joins] == [
        ("skip", (Lag(), Lag(Fraction(0), Fraction(4))), ["pw3", "conv1"]),
        ("sum", (Lag(), Lag(Fraction(3), Fraction(7))), ["shuffled", "lr"]),
    ]
    program = kim_program()
    assert window_of(program.step("dw4"), Grain.BLOCK).rows - 1 == 2
    needed = sides_needed(program)
    assert needed["lr"].whole() == reach_of(program)
    assert needed["pw5"].whole().rows == 1


def test_what_is_repeated_is_held_before():
    program = Program(
        [
            Input("lr", U8),
            conv("wide", "lr", out=4),
            NearestUpsample("twice", "wide", 2),
            PixelShuffle("four", "twice", 2),
            NearestUpsample("base", "lr", 4),
            conv("slow", "base", (1, 5)),
            Add("sum", "four", "slow", U8),
            Output("hr", "sum"),
        ]
    )
    (join,) = Lags(program).joins
    assert join.held == (program.step("wide").value, program.step("slow").value)
    assert join.waits == (Lag(Fraction(0), Fraction(1)), Lag())


def test_the_slower_of_two_paths_depends_on_the_width():
    program = Program(
        [
            Input("lr", U8),
            conv("low", "lr", (2, 1)),
            conv("wide", "lr", (1, 7)),
            Add("sum", "low", "wide", U8),
            Output("hr", "sum"),
        ]
    )
    low, wide = Lag(Fraction(1), Fraction(0)), Lag(Fraction(0), Fraction(6))
    assert Lags(program)["sum"] == Lags(program, width=7)["sum"] == low
    assert Lags(program, width=5)["sum"] == wide
    (join,) = Lags(program, width=5).joins
    assert join.waits == (wide - low, Lag())
    assert [wait.clocks(5) for wait in join.waits] == [1, 0]


def test_the_latest_lag_goes_through_changes_of_scale():
    program = two_at_scale_two()
    latest = Lags(program).latest
    # `one` reads `large` at once; so nothing may wait, before it or after it.
    assert latest["large"] == latest["lr"] == 0
    assert latest["one"] == Fraction(1, 2)
    assert Lags(kim_program()).latest["nearest"] == 3


def test_lines_kept():
    program = kim_program()
    skip, twice = program.step("skip").value, program.step("nearest").value
    # `dw4` reads one line above and waits for the one below.
    assert lines_kept(skip, Fraction(1), 1) == 3
    assert lines_kept(twice, Fraction(1, 2), 0) == 2 + 1


@settings(deadline=None, max_examples=100)
@given(programs(max_ops=9), st.integers(-9, 9))
def test_what_each_line_sees_is_counted_alike(program, y):
    rows, columns = rows_of(program), rows_of(program, across=True)
    lags, seen = Lags(program), sides_seen(program)
    for step in program.steps:
        name, place = step.op.name, Fraction(y, step.value.scale)
        sides = seen[name]
        assert rows(name, y) == (floor(place - sides.top), floor(place + sides.bottom))
        assert columns(name, y) == (floor(place - sides.left), floor(place + sides.right))
        assert lags[name].lines == sides.bottom
        assert (sides.bottom * step.value.scale).denominator == 1


@settings(deadline=None, max_examples=100)
@given(programs(max_ops=9), st.integers(1, 40))
def test_what_each_block_waits_for_is_counted_alike(program, width):
    last = block_of(program, width)
    lags = Lags(program, grain=Grain.BLOCK, width=width)
    for step in program.steps:
        assert last(step.op.name, 5, 7) - (5 * width + 7) == lags[step.op.name].clocks(width)
    for join in lags.joins:
        arrivals = [last(source.name, 0, 0) for source in join.step.sources]
        assert [wait.clocks(width) for wait in join.waits] == [max(arrivals) - a for a in arrivals]
