from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.image.resize import bicubic
from srq.upscaling.interpolate import Interpolation

ZERO = Fraction(0)


def plane(shape, bits, seed=0):
    dtype = np.uint8 if bits == 8 else np.uint16
    return np.random.default_rng(seed).integers(0, 1 << bits, shape).astype(dtype)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_twice_as_large_it_is_the_bicubic_of_pictures(bits):
    given = plane((13, 17), bits)
    made = Interpolation(2, bits, engine="reference")(given)
    assert np.array_equal(made, np.minimum(bicubic(given, scale=2), (1 << bits) - 1))


@pytest.mark.parametrize("scale", [3, 4])
@pytest.mark.parametrize("bits", [8, 10, 16])
def test_beyond_it_is_so_but_for_the_rounding_of_weights(scale, bits):
    given = plane((40, 50), bits)
    made = Interpolation(scale, bits, engine="reference")(given).astype(int)
    wanted = np.minimum(bicubic(given, scale=scale), (1 << bits) - 1).astype(int)
    # 16 weights, each off by at most 2^-15, of which a half is the one that takes up the rest.
    assert np.abs(made - wanted).max() <= max(1, 32 * 2 ** (bits - 15))
    if bits == 8:
        assert np.mean(made != wanted) < 0.02


@settings(max_examples=10, deadline=None)
@given(shape=st.tuples(st.integers(1, 6), st.integers(1, 6)), seed=st.integers(0, 99))
def test_so_it_is_for_the_smallest_of_planes(shape, seed):
    given = plane(shape, 8, seed)
    assert np.array_equal(Interpolation(2, 8, engine="reference")(given), bicubic(given, scale=2))


def keys(x):
    """Keys' cubic with a = -1/2, from his paper's two polynomials."""
    x = abs(x)
    if x < 1:
        return Fraction(3, 2) * x**3 - Fraction(5, 2) * x**2 + 1
    return -Fraction(1, 2) * x**3 + Fraction(5, 2) * x**2 - 4 * x + 2 if x < 2 else ZERO


@pytest.mark.parametrize("scale", [2, 4])
def test_samples_are_taken_further_on(scale):
    shift = Fraction(scale - 1, 4 * scale)
    row = plane((1, 9), 8)
    made = Interpolation(scale, 8, (ZERO, shift), engine="reference")(row)[0].astype(int)
    mirrored = np.pad(row[0], 4, "symmetric")
    for j in range(9 * scale):
        place = Fraction(2 * j + 1 - scale, 2 * scale) + shift
        total = sum(
            keys(place - i) * int(mirrored[i + 4])
            for i in range(floor(place) - 1, floor(place) + 3)
        )
        exact = min(max(total, 0), 255)
        assert abs(made[j] - exact) <= Fraction(1, 2) + Fraction(255 * 16, 1 << 15)


def test_flat_planes_stay_flat():
    for scale in (2, 3, 4):
        for shift in (ZERO, Fraction(1, 8)):
            flat = np.full((5, 4), 201, np.uint8)
            made = Interpolation(scale, 8, (ZERO, shift), engine="reference")(flat)
            assert (made == 201).all()
