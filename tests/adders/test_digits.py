"""Canonical digits against what defines them."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from srq.adders import digit_counts, digits


@given(st.integers(-(2**40), 2**40))
def test_digits_sum_to_the_value_and_no_two_are_neighbours(value):
    found = digits(value)
    assert sum(sign << shift for shift, sign in found) == value
    shifts = [shift for shift, _ in found]
    assert all(after - before > 1 for before, after in itertools.pairwise(shifts))
    assert all(sign in (1, -1) for _, sign in found)


def test_no_fewer_signed_powers_of_two_make_a_value():
    powers = [sign << shift for shift in range(7) for sign in (1, -1)]
    reached = {0}
    for count in range(3):
        for value in reached - {v for v in reached if len(digits(v)) < count}:
            assert len(digits(value)) == count
        more = {value + power for value in reached for power in powers} - reached
        assert all(len(digits(value)) > count for value in more if abs(value) <= 32)
        reached |= more


def test_counts_are_those_of_the_digits():
    values = np.arange(-600, 600).reshape(2, 600)
    counts = digit_counts(values)
    assert counts.shape == values.shape
    assert counts.tolist() == [[len(digits(int(v))) for v in row] for row in values]
    assert digit_counts(7) == 2
