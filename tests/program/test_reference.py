"""The reference against authorities of its own: Python's integers, SciPy, hand-made cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from srq.errors import ImageError
from srq.fixed import Format
from srq.program import Conv, Input, Output, Padding, Program, Requantize
from srq.program.reference import Reference, accumulate, nearest_upsample, pixel_shuffle
from tests.kim_program import kim_program
from tests.program.integers import evaluate
from tests.strategies import pictures, programs


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_program_equals_its_evaluation_in_python_integers(data):
    program = data.draw(programs())
    picture = data.draw(pictures(program))
    trace = Reference(program)(picture, trace=True)
    expected = evaluate(program, picture.tolist())
    assert list(trace) == [op.name for op in program.ops]
    for name, tensor in trace.items():
        np.testing.assert_array_equal(tensor, np.array(expected[name]), err_msg=name)
    result = Reference(program)(picture)
    assert result.dtype == picture.dtype
    np.testing.assert_array_equal(result, trace["hr"][0])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_value_stays_within_its_proved_interval_and_format(data):
    program = data.draw(programs())
    picture = data.draw(pictures(program))
    for step, tensor in zip(
        program.steps, Reference(program)(picture, trace=True).values(), strict=True
    ):
        interval = program.ranges.values[step.op.name]
        assert tensor.shape == step.value.shape(*picture.shape)
        assert (tensor.min(axis=(1, 2)) >= interval.lo).all()
        assert (tensor.max(axis=(1, 2)) <= interval.hi).all()
        assert interval.lo.min() >= step.value.format.lo
        assert interval.hi.max() <= step.value.format.hi


@pytest.mark.parametrize("options", [{}, {"per_channel": True, "bias": True}])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_papers_network_equals_python_integers(scale, options):
    program = kim_program(scale, **options)
    picture = np.random.default_rng(7).integers(0, 256, (4, 6)).astype(np.uint8)
    trace = Reference(program)(picture, trace=True)
    for name, tensor in evaluate(program, picture.tolist()).items():
        np.testing.assert_array_equal(trace[name], np.array(tensor), err_msg=name)
    assert trace["hr"].shape == (1, 4 * scale, 6 * scale)


@given(
    st.integers(0, 2**32 - 1),
    st.tuples(*[st.integers(1, 6)] * 4),
    st.sampled_from([1, 2, 4]),
    st.booleans(),
)
def test_convolution_equals_scipy(seed, sizes, groups, top_left):
    rows, columns, height, width = sizes
    rng = np.random.default_rng(seed)
    weight = rng.integers(-512, 512, (8, 4 // groups, rows, columns))
    source = rng.integers(-8192, 8192, (4, height, width)).astype(np.int32)
    sides = (rows - 1, 0, columns - 1, 0) if top_left else (0, rows - 1, 0, columns - 1)
    op = Conv(
        "conv",
        "lr",
        weight,
        weight_bits=10,
        weight_frac=9,
        groups=groups,
        padding=Padding(*sides),
    )
    full = [
        sum(
            correlate(source[o * groups // 8 * (4 // groups) + i], weight[o, i], "full", "direct")
            for i in range(4 // groups)
        )
        for o in range(8)
    ]
    # In the full correlation, output 0 is the kernel's last tap over the first pixel.
    y, x = (0, 0) if top_left else (rows - 1, columns - 1)
    expected = np.array(full)[:, y : y + height, x : x + width]
    np.testing.assert_array_equal(accumulate(op, source), expected)


def test_pixel_shuffle_deals_channels_to_rows_first():
    source = np.arange(8, dtype=np.int32).reshape(8, 1, 1)
    assert pixel_shuffle(source, 2).tolist() == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]


def test_nearest_upsampling_repeats_pixels():
    source = np.array([[[1, 2]]], np.int32)
    assert nearest_upsample(source, 2).tolist() == [[[1, 1, 2, 2], [1, 1, 2, 2]]]


def test_the_smallest_picture():
    picture = np.array([[200]], np.uint8)
    assert Reference(kim_program())(picture).shape == (2, 2)


def test_a_crop_with_its_halo_equals_the_crop_of_the_whole():
    program = kim_program()
    picture = np.random.default_rng(3).integers(0, 256, (24, 40)).astype(np.uint8)
    whole = Reference(program)(picture)
    # The paper's network sees 7 pixels to either side and 3 up and down.
    tile = Reference(program)(picture[10 - 3 : 14 + 3, 15 - 7 : 25 + 7])
    np.testing.assert_array_equal(whole[20:28, 30:50], tile[6:-6, 14:-14])


def test_ten_bit_pictures():
    fmt = Format.parse("u10.10")
    program = Program([Input("lr", fmt), Requantize("same", "lr", fmt), Output("hr", "same")])
    picture = np.array([[0, 513, 1023]], np.uint16)
    result = Reference(program)(picture)
    assert result.dtype == np.uint16
    assert result.tolist() == picture.tolist()


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((4, 4), np.float32), "reads 8-bit luma as uint8, not float32"),
        ([[1, 2]], "reads 8-bit luma as uint8, not list"),
        (np.zeros((4, 4), np.uint16), "reads 8-bit luma as uint8, not uint16"),
        (np.zeros((4, 4, 3), np.uint8), r"shape \(height, width\), each at least 1, not \(4, 4, 3"),
        (np.zeros((0, 4), np.uint8), r"each at least 1, not \(0, 4\)"),
    ],
)
def test_what_is_no_luma_picture_is_refused(picture, message):
    with pytest.raises(ImageError, match=message):
        Reference(kim_program())(picture)


def test_code_values_beyond_the_format_are_refused():
    fmt = Format.parse("u10.10")
    program = Program([Input("lr", fmt), Requantize("same", "lr", fmt), Output("hr", "same")])
    with pytest.raises(ImageError, match="0 to 1023, but a pixel is 1024"):
        Reference(program)(np.array([[1024]], np.uint16))
