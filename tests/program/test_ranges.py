"""The proof of every accumulator: that it is safe, that it is tight, that it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.errors import ProgramError
from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    Interval,
    NearestUpsample,
    Output,
    Program,
    Requantize,
)
from srq.program.ranges import conv_bounds
from srq.program.reference import Reference, accumulate
from tests.kim_program import kim_program
from tests.program.integers import evaluate
from tests.strategies import programs

U8 = Format.parse("u8.8")
LR = Input("lr", U8)
INT32 = np.iinfo(np.int32)


def wide_conv(weight, *, bias=None, format=U8, weight_frac=20):  # noqa: A002 (Conv's own name)
    """One 17x17 convolution of the 8-bit picture; 289 taps of 16 bits can pass 2^31."""
    return Conv(
        "wide",
        "lr",
        np.asarray(weight).reshape(-1, 1, 17, 17),
        weight_bits=16,
        weight_frac=weight_frac,
        bias=bias,
        format=format,
    )


def alone(op):
    return Program([LR, op, Output("hr", op.name)])


def two_channels(op):
    return Program([LR, op, Conv("out", op.name, np.ones((1, 2, 1, 1), int), weight_bits=2,
                                 weight_frac=0, format=U8), Output("hr", "out")])  # fmt: skip


def test_the_bits_of_an_interval():
    interval = Interval(np.array([0, -1, -128, -129, 5, 0]), np.array([0, 0, 127, 0, 7, 128]))
    assert interval.bits.tolist() == [1, 1, 8, 9, 4, 9]
    assert interval[2] == (-128, 127)


def worst_tensor(op, lo, hi, out, largest):
    """The source that drives one output channel to its bound, where the kernel fits whole."""
    rows, columns = op.kernel
    ins = op.weight.shape[1]
    first = out // (op.out_channels // op.groups) * ins
    source = np.zeros((op.in_channels, rows, columns), np.int32)
    positive = (op.weight[out] > 0) == largest
    for i in range(ins):
        source[first + i] = np.where(positive[i], hi[first + i], lo[first + i])
    return source


@settings(deadline=None, max_examples=60)
@given(programs(), st.booleans())
def test_some_source_reaches_every_convs_bound_exactly(program, largest):
    for step in program.steps:
        op = step.op
        if not isinstance(op, Conv):
            continue
        source = program.ranges.values[step.sources[0].name]
        lo, hi = np.minimum(source.lo, 0), np.maximum(source.hi, 0)
        partial, final = conv_bounds(op, source)
        for out in range(op.out_channels):
            sums = accumulate(op, worst_tensor(op, lo, hi, out, largest))
            reached = int(sums[out, op.padding.top, op.padding.left])
            assert reached == final[out][largest]
            bias = 0 if op.bias is None else int(op.bias[out])
            if (bias >= 0) == largest:
                assert reached == partial[out][largest]


def test_a_picture_reaches_the_bound_of_the_papers_first_layer():
    program = kim_program(bias=True)
    op = program.convs[0]
    bounds = program.ranges.accumulators[op.name]
    assert op.bias is not None
    for out, upwards in enumerate((op.bias >= 0).tolist()):
        picture = worst_tensor(op, np.array([0]), np.array([255]), out, upwards)
        reached = accumulate(op, Reference(program)(picture[0].astype(np.uint8), trace=True)["lr"])
        assert int(reached[out, 1, 1]) == bounds[out][upwards]


def search_bits(program, name):
    """The widest accumulator that a search over pictures finds for the op ``name``.

    Coordinate ascent: from a random picture, flip pixels to 0 or 255 while the sum grows.
    """
    rng = np.random.default_rng(11)
    step = program.step(name)
    run = Reference(program)

    def largest(picture):
        source = run(picture, trace=True)[step.sources[0].name]
        return int(accumulate(step.op, source)[0, 3, 3])

    best = rng.choice(np.array([0, 255], np.uint8), (7, 7))
    reached = largest(best)
    for _ in range(2):
        for at in np.ndindex(best.shape):
            tried = best.copy()
            tried[at] ^= 255
            if (value := largest(tried)) > reached:
                best, reached = tried, value
    return reached.bit_length() + 1


def test_a_search_comes_within_a_bit_of_the_bound_two_layers_deep():
    rng = np.random.default_rng(5)
    program = Program(
        [
            LR,
            Conv("one", "lr", rng.integers(0, 512, (4, 1, 3, 3)), weight_bits=10, weight_frac=12,
                 format=Format.parse("u12.10")),
            Conv("two", "one", rng.integers(-100, 512, (1, 4, 3, 3)), weight_bits=10,
                 weight_frac=12, format=U8),
            Output("hr", "two"),
        ]
    )  # fmt: skip
    proved = int(program.ranges.accumulators["two"].bits[0])
    assert proved - 1 <= search_bits(program, "two") <= proved


def test_an_accumulator_that_can_overflow_is_refused_and_does_overflow():
    weight = np.full((1, 1, 17, 17), 32767)
    bound = 289 * 32767 * 255
    with pytest.raises(
        ProgramError,
        match=r"Op 'wide' can overflow its 32-bit accumulator: channel 0 can reach"
        rf" {bound + 2**19}, beyond 2147483647; use narrower weights or activations",
    ):
        alone(wide_conv(weight))
    assert bound > INT32.max


def test_the_refusal_names_the_channel_and_the_lower_bound():
    weight = np.ones((2, 1, 17, 17), int)
    weight[1] = -32768
    bound = -289 * 32768 * 255
    with pytest.raises(ProgramError, match=f"channel 1 can reach {bound}, beyond -2147483648"):
        two_channels(wide_conv(weight))


def limit_weight(total):
    """Weights of at most 16 bits whose sum is ``total``: 289 of them."""
    weight = np.full(289, total // 289)
    weight[: total % 289] += 1
    return weight.reshape(1, 1, 17, 17)


@pytest.mark.parametrize("shift", [0, 1, 9, 20, 31])
def test_the_edge_is_exact_and_counts_the_half_of_the_rounding(shift):
    half = 1 << (shift - 1) if shift else 0
    # A picture of 255s reaches 255 * sum of weights, plus a bias that fills up to the limit.
    total = (INT32.max - half) // 255
    bias = INT32.max - half - 255 * total
    fits = wide_conv(limit_weight(total), bias=[bias], weight_frac=shift)
    program = alone(fits)
    assert program.ranges.headroom("wide").tolist() == [0]
    white = [[255] * 17 for _ in range(17)]
    assert evaluate(program, white)["wide"][0][8][8] == min(255, (INT32.max) >> shift)
    with pytest.raises(ProgramError, match="channel 0 can reach 2147483648, beyond 2147483647"):
        alone(wide_conv(limit_weight(total), bias=[bias + 1], weight_frac=shift))


def test_partial_sums_count_though_the_final_sum_would_fit():
    # 255 * 289 * 29000 passes 2^31; the bias brings the final sum back inside.
    weight = np.full((1, 1, 17, 17), 29200)
    bias = -(2**30)
    assert 255 * 289 * 29200 + bias < INT32.max < 255 * 289 * 29200
    with pytest.raises(ProgramError, match="channel 0 can reach"):
        alone(wide_conv(weight, bias=[bias]))


def test_a_left_shift_counts():
    back = Conv("back", "up", np.ones((1, 1, 1, 1), int), weight_bits=2, weight_frac=0, format=U8)

    def program(fmt):
        return Program([LR, Requantize("up", "lr", Format.parse(fmt)), back, Output("hr", "back")])

    assert program("u8.31").ranges.headroom("up").tolist() == [0]
    with pytest.raises(ProgramError, match=f"Op 'up' can overflow .* reach {255 << 24}, beyond"):
        program("u8.32")


def test_the_alignment_of_an_add_counts():
    def program(frac):
        one = Conv("one", "lr", np.ones((1, 1, 1, 1), int), weight_bits=2, weight_frac=frac)
        return Program([LR, one, Add("sum", "lr", "one", U8), Output("hr", "sum")])

    # 255 shifted left by 23 and rounded still fits; by 24 it does not.
    assert program(23).ranges.headroom("sum").tolist() == [0]
    with pytest.raises(ProgramError, match="Op 'sum' can overflow .* channel 0"):
        program(24)


def test_the_operands_of_an_add_count_by_themselves():
    """One is far below zero, the other never below zero: their sum is nearer than the first."""
    ops = [
        LR,
        Conv("low", "lr", [[[[-1]]]], weight_bits=2, weight_frac=0, bias=[-10]),
        Conv("high", "lr", [[[[1]]]], weight_bits=2, weight_frac=4, bias=[20]),
        Add("sum", "low", "high", Format.parse("s16.8")),
        Requantize("back", "sum", U8),
        Output("hr", "back"),
    ]
    ranges = Program(ops).ranges
    assert ranges.values["low"][0] == (-265, -10)
    assert ranges.values["high"][0] == (20, 275)
    # At 12 fraction bits "low" is 16 times itself.
    assert ranges.accumulators["sum"][0] == (-265 * 16, 275)
    assert ranges.values["sum"][0] == ((-265 * 16 + 20 + 8) >> 4, (-160 + 275 + 8) >> 4)


def test_the_alignment_of_a_convs_channels_counts():
    weight = np.ones((2, 1, 17, 17), int) * 1000
    # 289 * 1000 * 255 has 27 bits: channel 0 can be shifted by 4, not by 5.
    end = Conv("end", "r", np.ones((1, 2, 1, 1), int), weight_bits=2, weight_frac=0, format=U8)

    def ops(first):
        op = wide_conv(weight, format=None, weight_frac=[first, 8])
        return [LR, op, Requantize("r", "wide", Format.parse("s16.8")), end, Output("hr", "end")]

    assert Program(ops(4)).ranges.headroom("wide").tolist() == [0, 4]
    with pytest.raises(ProgramError, match="Op 'wide' can overflow .* channel 0"):
        Program(ops(3))


def test_intervals_are_carried_from_op_to_op():
    half = Conv("half", "lr", np.full((1, 1, 1, 1), 1), weight_bits=2, weight_frac=1, format=U8)
    program = Program([LR, half, NearestUpsample("n", "half", 2), Output("hr", "n")])
    assert program.ranges.values["half"][0] == (0, 128)
    assert program.ranges.values["hr"][0] == (0, 128)
    assert program.ranges.accumulators["half"][0] == (0, 255)
    assert program.ranges.peaks["half"][0] == (0, 256)
    assert program.ranges.headroom("half").tolist() == [32 - 10]


def test_the_value_after_a_bias_still_counts_zero_at_the_border():
    # Every pixel of "lifted" is 5 or more, yet a tap beyond the border reads 0.
    lifted = Conv("lifted", "lr", np.ones((1, 1, 1, 1), int), weight_bits=2, weight_frac=0,
                  bias=[5], format=U8)  # fmt: skip
    minus = Conv("minus", "lifted", -np.ones((1, 1, 1, 3), int), weight_bits=2, weight_frac=0,
                 format=Format.parse("s11.8"))  # fmt: skip
    back = Requantize("back", "minus", U8)
    program = Program([LR, lifted, minus, back, Output("hr", "back")])
    assert program.ranges.values["lifted"][0] == (5, 255)
    assert program.ranges.accumulators["minus"][0] == (-765, 0)
