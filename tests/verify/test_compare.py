import numpy as np
import pytest

from srq.verify.compare import Difference, first_difference

A = np.arange(24).reshape(2, 3, 4)


def other(place, value):
    changed = A.copy()
    changed[place] = value
    return changed


def test_equal_tensors_have_no_difference():
    assert first_difference({"a": A, "b": A}, {"a": A, "b": A.astype(np.uint8)}) is None


def test_a_tensor_that_was_not_made_is_passed_over():
    assert first_difference({"a": A, "b": A}, {"b": A}) is None


def test_the_first_tensor_in_order_and_its_first_place_are_told():
    made = {"b": A + 1, "a": other((1, 0, 2), -7)}
    found = first_difference({"a": A, "b": A}, made)
    assert found == Difference("a", (1, 0, 2), 14, -7)
    assert str(found) == "a, channel 1, row 0, column 2: -7, not 14"


def test_a_shape_that_differs_is_told():
    found = first_difference({"a": A}, {"a": A[:, 1:]})
    assert str(found) == "a: shape (2, 2, 4), not (2, 3, 4)"


def test_a_bound_lets_smaller_differences_pass():
    assert first_difference({"a": A}, {"a": A + 1}, within=1) is None
    found = first_difference({"a": A}, {"a": other((0, 2, 3), 9)}, within=1)
    assert found == Difference("a", (0, 2, 3), 11, 9)


def test_unsigned_integers_do_not_wrap():
    zero, one = np.zeros((1, 1, 1), np.uint8), np.ones((1, 1, 1), np.uint8)
    assert first_difference({"a": zero}, {"a": one}, within=1) is None
    assert first_difference({"a": zero}, {"a": one}) == Difference("a", (0, 0, 0), 0, 1)


def test_what_holds_no_integers_or_has_no_name_here_is_no_comparison():
    with pytest.raises(TypeError, match="'a' must hold integers, not float64"):
        first_difference({"a": A}, {"a": A + 0.25})
    with pytest.raises(KeyError, match="no op of the Program is called 'c'"):
        first_difference({"a": A}, {"c": A})
