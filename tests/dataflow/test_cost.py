"""Costs against counts made by hand."""

from fractions import Fraction

import numpy as np
import pytest

from srq.dataflow import Lag, Reach, cost_of
from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, PixelShuffle, Program
from tests.kim_program import kim_program

U8 = Format.parse("u8.8")


@pytest.mark.parametrize("width", [64, 1920])
def test_the_papers_network(width):
    c = cost_of(kim_program(), width=width)
    assert c.macs == 2560
    assert c.multipliers == {(14, 10): 2560 - 288, (8, 10): 288}
    assert c.weight_bits == 25600
    # Rows are kept by the 3x3 kernels only, two of each channel they read; the output holds
    # one of its two rows.
    assert c.line_bits == width * 2 * (8 + 32 * 14 + 16 * 14) + 2 * width * 8
    # The skip waits for two 1x5 kernels; the input for all that the network sees below and
    # to the right.
    assert c.delay_bits == 4 * 32 * 14 + (3 * width + 7) * 8
    assert c.latency == Lag(Fraction(3), Fraction(7))
    assert c.latency.clocks(width) == 3 * width + 7
    # DESIGN: 15 wide, 7 high.
    assert (c.reach.rows, c.reach.columns) == (7, 15)


def test_each_op_has_its_share():
    shares = {op.name: op for op in cost_of(kim_program(), width=100).ops}
    assert list(shares) == [op.name for op in kim_program().ops]
    assert (shares["dw4"].macs, shares["dw4"].multiplier) == (288, (14, 10))
    assert shares["dw4"].line_bits == 2 * 100 * 32 * 14
    assert shares["dw2"].line_bits == 0
    assert shares["dw2"].latency == Lag(Fraction(0), Fraction(2))
    assert shares["skip"].delay_bits == 4 * 32 * 14
    assert shares["hr"].line_bits == 2 * 100 * 8
    assert shares["lr"].multiplier is None


def test_other_scales_change_only_the_last_pointwise_and_the_output():
    by_scale = {scale: cost_of(kim_program(scale), width=100) for scale in (2, 3, 4)}
    assert [c.macs for c in by_scale.values()] == [2560, 2560 + 16 * 5, 2560 + 16 * 12]
    assert [c.ops[-1].line_bits for c in by_scale.values()] == [1600, 2 * 300 * 8, 3 * 400 * 8]
    assert len({c.latency for c in by_scale.values()}) == 1


def test_ops_at_the_larger_scale_count_per_low_resolution_pixel():
    program = Program(
        [
            Input("lr", U8),
            Conv("c1", "lr", np.ones((4, 1, 1, 1), int), weight_bits=2, weight_frac=0, format=U8),
            PixelShuffle("up", "c1", 2),
            Conv("c2", "up", np.ones((1, 1, 3, 5), int), weight_bits=3, weight_frac=9, format=U8,
                 bias=[1]),
            NearestUpsample("base", "lr", 2),
            Add("sum", "base", "c2", U8),
            Output("hr", "sum"),
        ]
    )  # fmt: skip
    c = cost_of(program, width=100)
    assert c.multipliers == {(8, 3): 4 * 15, (8, 2): 4}
    assert c.weight_bits == 4 * 2 + 15 * 3 + 32
    assert c.latency == Lag(Fraction(1, 2), Fraction(1))
    shares = {op.name: op for op in c.ops}
    assert shares["c2"].line_bits == 2 * 200 * 8
    # The base waits half a line and a pixel, held back before it is repeated.
    assert shares["sum"].delay_bits == 51 * 8
    assert c.reach == Reach(1, 1, 1, 1)


def test_an_accumulator_waits_in_the_bits_that_it_can_need():
    program = Program(
        [
            Input("lr", U8),
            Conv("acc", "lr", np.ones((1, 1, 1, 1), int), weight_bits=2, weight_frac=0),
            Conv("slow", "lr", np.ones((1, 1, 1, 5), int), weight_bits=2, weight_frac=0),
            Add("sum", "acc", "slow", U8),
            Output("hr", "sum"),
        ]
    )
    # 0..255 as an accumulator takes 9 bits with its sign, not 32.
    assert cost_of(program).delay_bits == 2 * 9
