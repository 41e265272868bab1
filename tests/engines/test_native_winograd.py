"""3x3 layers by Winograd's minimal filtering, on every instruction set.

Transformed inputs must fit int16 and four times each sum int32; the engine proves both from the
Program (``plan/winograd.cpp``) and else adds up directly. These layers stand on both sides of the
limits, and their pictures reach the extremes.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.fixed import Format
from srq.program import Program
from srq.program.reference import Reference
from tests.stacks import stack
from tests.strategies import pictures

native = pytest.importorskip(
    "srq.engines.native", reason="the native engine is not built", exc_type=ImportError
)


def check(program: Program, picture: np.ndarray, threads: int = 1) -> None:
    expected = Reference(program)(picture)
    for isa in native.isas():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(native.ISA_VARIABLE, isa)
            made = native.Native(program, threads)(picture)
        np.testing.assert_array_equal(made, expected, err_msg=isa)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_stack_equals_the_reference(data):
    program = stack(
        seed=data.draw(st.integers(0, 2**32 - 1)),
        width=data.draw(st.sampled_from([6, 8, 9, 12, 17])),
        blocks=data.draw(st.integers(1, 3)),
        values=Format(data.draw(st.booleans()), data.draw(st.integers(4, 16)), 10),
        weight_bits=data.draw(st.sampled_from([3, 8, 10, 13, 16])),
        skip=data.draw(st.booleans()),
        per_channel=data.draw(st.booleans()),
        scale=data.draw(st.sampled_from([1, 2])),
    )
    picture = data.draw(pictures(program, max_side=40))
    check(program, picture, data.draw(st.integers(1, 3)))


@pytest.mark.parametrize("bits", [13, 14, 15])
@pytest.mark.parametrize("signed", [False, True])
def test_inputs_at_the_edge_of_int16(bits, signed):
    """With 14 bits four of them, less their center, just fit."""
    program = stack(0, width=8, values=Format(signed, bits, 13), weight_bits=3)
    rng = np.random.default_rng(0)
    picture = (rng.integers(0, 2, (30, 70)) * 255).astype(np.uint8)
    first = Reference(program)(picture, trace=True)["first"]
    assert first.max() == program.ops[1].format.hi
    assert first.min() == program.ops[1].format.lo
    check(program, picture)


@pytest.mark.parametrize("weight", [1820, 1821, 2047, 3640, 3641, 8191, 8192])
def test_weights_at_the_edge_of_int16(weight):
    """Nine of them, or four times one, just fit or do not."""
    program = stack(1, width=8, values=Format(False, 8, 8), weight_bits=16, weight=weight)
    picture = np.random.default_rng(1).integers(0, 256, (9, 40)).astype(np.uint8)
    check(program, picture)


@pytest.mark.parametrize("weight", [454, 456, 1700])
def test_sums_at_the_edge_of_int32(weight):
    """Four times the largest just fits or does not."""
    program = stack(3, width=8, values=Format(False, 14, 13), weight_bits=12, weight=weight)
    check(program, np.full((6, 40), 255, np.uint8))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(
    "shape", [(1, 1), (2, 3), (17, 64), (33, 129), (50, 5), (35, 2100), (36, 2100), (37, 2100)]
)
def test_any_size_in_bands_and_strips(shape, threads):
    """Bands begin at odd lines too, and memory is used again from picture to picture."""
    program = stack(2, width=8, blocks=2, skip=True)
    engine = native.Native(program, threads)
    for seed in range(2):
        picture = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
        np.testing.assert_array_equal(engine(picture), Reference(program)(picture))


def test_pictures_of_other_heights_in_the_same_memory():
    """Where one ended, a band of another may begin: nothing kept for that line may be left."""
    program = stack(2, width=8, blocks=2, skip=True)
    engine, reference = native.Native(program, 2), Reference(program)
    rng = np.random.default_rng(0)
    for height in rng.integers(16, 64, 100):
        picture = rng.integers(0, 256, (height, 40)).astype(np.uint8)
        np.testing.assert_array_equal(engine(picture), reference(picture), err_msg=str(height))


def test_a_band_that_begins_where_another_ended_in_the_same_memory():
    """A last layer of one pixel asks for no lines beyond a band, so the second band begins at the
    line for which the first, of an odd number of lines, has kept sums. With two strips and two
    threads it does so in memory that the first has left."""
    program = stack(2, width=8, last_kernel=1)
    engine, reference = native.Native(program, 2), Reference(program)
    picture = np.random.default_rng(0).integers(0, 256, (34, 2100)).astype(np.uint8)
    np.testing.assert_array_equal(engine(picture), reference(picture))
