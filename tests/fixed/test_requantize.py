from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srq.fixed import MAX_SHIFT, Format, requantize, saturate
from tests.strategies import formats

INT64 = np.iinfo(np.int64)


def exact(acc: int, shift: int, fmt: Format) -> int:
    """The contract in rational numbers: floor(x + 1/2), then the nearest limit."""
    rounded = floor(Fraction(acc) / Fraction(2) ** shift + Fraction(1, 2))
    return min(max(rounded, fmt.lo), fmt.hi)


@pytest.mark.parametrize(
    ("halves", "result"), [(-3, -1), (-2, -1), (-1, 0), (0, 0), (1, 1), (2, 1), (3, 2), (5, 3)]
)
def test_a_half_rounds_up(halves, result):
    assert requantize(halves, 1, Format.parse("s8.0")) == result


# The examples that the AMD Vitis HLS manual (UG1399, "Quantization Modes" and "Overflow
# Modes") gives for AP_RND and AP_SAT.
@pytest.mark.parametrize(
    ("value", "fmt", "result"),
    [
        (Fraction(5, 4), "s3.1", Fraction(3, 2)),
        (Fraction(-5, 4), "s3.1", Fraction(-1)),
        (Fraction(19), "s4.0", Fraction(7)),
        (Fraction(-19), "s4.0", Fraction(-8)),
        (Fraction(19), "u4.0", Fraction(15)),
        (Fraction(-19), "u4.0", Fraction(0)),
    ],
)
def test_the_vendor_manuals_examples_of_ap_rnd_and_ap_sat(value, fmt, result):
    fmt = Format.parse(fmt)
    acc_frac = 2
    acc = int(value * 2**acc_frac)
    assert Fraction(int(requantize(acc, acc_frac - fmt.frac, fmt)), 2**fmt.frac) == result


@given(
    st.lists(st.integers(int(INT64.min), int(INT64.max)) | st.integers(-70000, 70000), min_size=1),
    st.integers(-MAX_SHIFT, MAX_SHIFT),
    formats(max_bits=32),
)
def test_every_64_bit_integer_is_requantized_as_in_rationals(accs, shift, fmt):
    result = requantize(np.array(accs, np.int64), shift, fmt)
    assert result.dtype == np.int32
    assert result.tolist() == [exact(acc, shift, fmt) for acc in accs]


@given(
    st.sampled_from([np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32]),
    st.data(),
    st.integers(-MAX_SHIFT, MAX_SHIFT),
    formats(max_bits=32),
)
def test_narrow_types_do_not_overflow_on_the_way(dtype, data, shift, fmt):
    info = np.iinfo(dtype)
    ends = [int(info.min), int(info.max), 0, 1]
    accs = [*ends, *data.draw(st.lists(st.integers(int(info.min), int(info.max))))]
    result = requantize(np.array(accs, dtype), shift, fmt)
    assert result.tolist() == [exact(acc, shift, fmt) for acc in accs]


@given(st.integers(-(2**31), 2**31 - 1), st.integers(1, MAX_SHIFT))
def test_the_formula_of_the_contract(acc, shift):
    wide = Format.parse("s32.0")
    assert requantize(acc, shift, wide) == (acc + (1 << (shift - 1))) >> shift


@given(st.lists(st.integers(int(INT64.min), int(INT64.max)), min_size=1), formats(max_bits=32))
def test_saturation_takes_the_nearest_integer_of_the_format(values, fmt):
    result = saturate(np.array(values, np.int64), fmt)
    assert result.dtype == np.int32
    assert result.tolist() == [min(max(value, fmt.lo), fmt.hi) for value in values]


def test_the_shape_is_kept_and_the_argument_untouched():
    acc = np.arange(-6, 6, dtype=np.int32).reshape(1, 3, 4)
    before = acc.copy()
    assert requantize(acc, 0, Format.parse("u2.0")).shape == (1, 3, 4)
    assert saturate(acc, Format.parse("s32.0")).base is not acc
    assert (acc == before).all()
    assert requantize(np.zeros((0, 5), np.int32), 3, Format.parse("u2.0")).shape == (0, 5)


@pytest.mark.parametrize("shift", [-MAX_SHIFT - 1, MAX_SHIFT + 1])
def test_a_shift_out_of_range_is_refused(shift):
    with pytest.raises(ValueError, match=f"A shift must be -31 to 31, not {shift}"):
        requantize(np.zeros(1, np.int32), shift, Format.parse("s8.0"))


@pytest.mark.parametrize("dtype", [np.float64, np.uint64, np.bool_, np.complex64])
@pytest.mark.parametrize("function", [saturate, lambda acc, fmt: requantize(acc, 1, fmt)])
def test_what_is_no_signed_integer_is_refused(function, dtype):
    with pytest.raises(TypeError, match="Fixed-point arithmetic takes signed integers"):
        function(np.zeros(1, dtype), Format.parse("s8.0"))
