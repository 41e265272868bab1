"""Cutting digits: what it promises of weights, digits and loss."""

import itertools

import numpy as np
import pytest
import torch

from srq.adders import digit_counts
from srq.lower import lower
from srq.quant import PsnrDrop, Twin, choose_formats, compensate
from srq.quant.cut import _Descent, cut_digits
from tests.quant.networks import calibration, small_kim


def _fitted(**widths):
    crops = calibration()
    twin = Twin(small_kim(), **widths)
    drop = PsnrDrop(twin, crops)
    choose_formats(twin, crops.pictures)
    compensate(twin, crops.pictures)
    return twin, crops, drop


def _digits(twin):
    program = lower(twin)
    return sum(int(digit_counts(conv.weight).sum()) for conv in program.convs)


@pytest.mark.parametrize("per_channel", [False, True])
def test_fewer_digits_at_a_higher_price_and_all_on_the_grid(per_channel):
    before = None
    for price in (1e-5, 1e-3, 3e-2):
        twin, crops, drop = _fitted(weight_bits=7, per_channel=per_channel)
        formats = {name: quantizer.fracs for name, quantizer in twin.quantizers.items()}
        start = _digits(twin)
        cut = cut_digits(twin, crops, drop, price=price)
        assert cut.price == price
        assert cut.digits == (start, _digits(twin))
        assert cut.lost[1] == pytest.approx(drop(twin))
        assert before is None or cut.digits[1] < before
        before = cut.digits[1]
        for name in twin.convs:
            conv = twin.conv(name)
            assert torch.equal(conv.fixed(conv.weight), conv.weight)
        assert formats == {name: quantizer.fracs for name, quantizer in twin.quantizers.items()}
    assert before < start / 2


@pytest.mark.parametrize("most", [0.0, 0.02])
def test_auto_loses_no_more_than_it_may(most):
    twin, crops, drop = _fitted(weight_bits=7)
    cut = cut_digits(twin, crops, drop, most=most)
    assert cut.lost[1] == pytest.approx(drop(twin))
    assert cut.lost[1] <= cut.lost[0] + most
    assert cut.digits[1] == _digits(twin)
    if most:
        assert 0 < cut.digits[1] < 0.9 * cut.digits[0]


class _Grid:
    """Weights without a twin."""

    def __init__(self, integers):
        self.integers = np.array(integers)
        self.steps = np.full(len(integers), 0.25)
        self.halves = np.full(len(integers), 8)


def test_no_single_move_is_better_in_the_end():
    rng = np.random.default_rng(0)
    for _ in range(20):
        root = rng.normal(size=(3, 5))
        error = root @ root.T
        start = rng.integers(-8, 8, 3)
        descent = _Descent(_Grid(start), error)
        for price in (0.01, 0.1, 0.3):
            descent.settle(price)

        def worth(integers, start=start, error=error):
            change = (np.array(integers) - start) * 0.25
            return change @ error @ change + 0.3 * digit_counts(integers).sum()

        found = descent.integers
        assert worth(found) <= worth(start)
        for index, level in itertools.product(range(3), range(-8, 8)):
            moved = found.copy()
            moved[index] = level
            assert worth(found) <= worth(moved) + 1e-9
