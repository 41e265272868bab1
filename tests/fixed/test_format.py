import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srq.fixed import Format
from tests.strategies import formats


@pytest.mark.parametrize(
    ("text", "signed", "bits", "frac", "lo", "hi", "dtype"),
    [
        ("u8.8", False, 8, 8, 0, 255, np.uint8),
        ("u10.10", False, 10, 10, 0, 1023, np.uint16),
        ("s14.10", True, 14, 10, -8192, 8191, np.int16),
        ("u16.20", False, 16, 20, 0, 65535, np.uint16),
        ("s2.-3", True, 2, -3, -2, 1, np.int8),
        ("s32.19", True, 32, 19, -(2**31), 2**31 - 1, np.int32),
        ("u31.0", False, 31, 0, 0, 2**31 - 1, np.uint32),
    ],
)
def test_what_a_written_format_means(text, signed, bits, frac, lo, hi, dtype):
    fmt = Format.parse(text)
    assert (fmt.signed, fmt.bits, fmt.frac) == (signed, bits, frac)
    assert (fmt.lo, fmt.hi, fmt.dtype) == (lo, hi, dtype)
    assert str(fmt) == text


@given(formats(max_bits=32))
def test_every_format_is_read_as_it_is_written(fmt):
    assert Format.parse(str(fmt)) == fmt


@given(formats(max_bits=32))
def test_the_dtype_holds_the_format_and_no_smaller_one_does(fmt):
    info = np.iinfo(fmt.dtype)
    assert info.min <= fmt.lo
    assert info.max >= fmt.hi
    assert fmt.dtype.itemsize == 1 or fmt.bits > 4 * fmt.dtype.itemsize


@pytest.mark.parametrize(
    "text", ["", "14.10", "s14", "S14.10", "s14.10 ", "s+4.1", "u8.8.8", "s１4.1", "s014.1", "s4."]
)
def test_other_writing_is_refused(text):
    with pytest.raises(ValueError, match="written like s14.10 or u8.8"):
        Format.parse(text)


@given(st.text())
def test_any_text_is_a_format_or_refused(text):
    try:
        fmt = Format.parse(text)
    except ValueError:
        return
    assert Format.parse(str(fmt)) == fmt


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((True, 1, 0), "A signed format must have 2 to 32 bits, not 1."),
        ((True, 33, 0), "A signed format must have 2 to 32 bits, not 33."),
        ((False, 0, 0), "An unsigned format must have 1 to 31 bits, not 0."),
        ((False, 32, 0), "An unsigned format must have 1 to 31 bits, not 32."),
        ((True, 8, 65), "A format must have -64 to 64 fraction bits, not 65."),
        ((True, 8, -65), "A format must have -64 to 64 fraction bits, not -65."),
        ((1, 8, 8), "A format's sign must be True or False, not 1."),
        ((True, 8.0, 8), "A format's bits must be an integer, not 8.0."),
        ((True, 8, True), "A format's frac must be an integer, not True."),
    ],
)
def test_impossible_formats_are_refused(fields, message):
    with pytest.raises(ValueError, match="^" + message.replace(".", r"\.") + "$"):
        Format(*fields)
