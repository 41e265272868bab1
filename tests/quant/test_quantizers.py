"""Rounding and saturation against srq.fixed, gradients against brevitas's own."""

import numpy as np
import pytest
import torch
from brevitas.core.function_wrapper import Identity, TensorClamp
from brevitas.core.quant import IntQuant
from hypothesis import given
from hypothesis import strategies as st

from srq.fixed import Format, requantize
from srq.quant.quantizers import FixedPoint, RoundHalfUp, SaturatingIntQuant, StraightIntQuant


def test_rounding_is_half_up():
    values = torch.tensor([-1.5, -1.49, -0.5, -0.51, 0.5, 0.49, 1.5, 2.5], dtype=torch.float64)
    assert RoundHalfUp()(values).tolist() == [-1, -1, 0, -1, 1, 0, 2, 3]


def test_the_gradient_of_rounding_is_that_of_the_identity():
    x = torch.tensor([-1.5, 0.2], requires_grad=True)
    RoundHalfUp()(x).backward(torch.tensor([2.0, 3.0]))
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 3.0]


@given(
    signed=st.booleans(),
    bits=st.integers(2, 16),
    frac=st.integers(-4, 20),
    acc_frac=st.integers(0, 27),
    seed=st.integers(0, 99),
)
def test_float64_rounds_as_requantize_does(signed, bits, frac, acc_frac, seed):
    rng = np.random.default_rng(seed)
    acc = rng.integers(-(2**31), 2**31, 64) >> rng.integers(0, 30, 64)
    shift = acc_frac - frac
    fixed = FixedPoint(SaturatingIntQuant(signed), bits, (frac,))
    made = fixed(torch.from_numpy(acc).double() * 2.0**-acc_frac) * 2.0**frac
    np.testing.assert_array_equal(made.numpy(), requantize(acc, shift, fixed.format))


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", [2, 8, 14])
def test_the_quick_form_is_brevitas_own_in_value_and_gradient(signed, bits):
    generator = torch.Generator().manual_seed(bits)
    x = (torch.rand(500, generator=generator, dtype=torch.float64) - 0.5) * 5
    slow = IntQuant(False, signed, Identity(), RoundHalfUp(), TensorClamp())
    results = []
    for quant in (slow, SaturatingIntQuant(signed)):
        given_x = x.clone().requires_grad_()
        made = quant(*map(torch.tensor, (2.0 ** -(bits - 2), 0.0, float(bits))), given_x)
        made.backward(torch.arange(500, dtype=torch.float64))
        results.append((made.detach(), given_x.grad))
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])
    assert 0 < (results[1][1] == 0).sum() < 500


def test_a_saturated_weight_still_has_a_gradient():
    weight = torch.tensor([5.0, 0.3, -9.0], requires_grad=True)
    made = FixedPoint(StraightIntQuant(), 4, (2,))(weight)
    assert made.tolist() == [1.75, 0.25, -2.0]
    made.sum().backward()
    assert weight.grad is not None
    assert weight.grad.tolist() == [1, 1, 1]


def test_a_binary_point_for_each_slice():
    fixed = FixedPoint(StraightIntQuant(), 4, (0, 2))
    made = fixed(torch.tensor([1.3, 1.3]).reshape(2, 1, 1, 1))
    assert made.flatten().tolist() == [1.0, 1.25]
    fixed.set_fracs((1, 3))
    assert fixed(torch.tensor([1.3, 1.3]).reshape(2, 1, 1, 1)).flatten().tolist() == [1.5, 0.875]


def test_inactive_it_passes_values_or_clips_below_zero():
    x = torch.tensor([-0.3, 9.1])
    for signed, expected in ((True, [-0.3, 9.1]), (False, [0.0, 9.1])):
        fixed = FixedPoint(SaturatingIntQuant(signed), 4)
        fixed.active = False
        assert torch.equal(fixed(x), torch.tensor(expected))


def test_the_format_is_written_as_the_program_writes_it():
    assert FixedPoint(SaturatingIntQuant(False), 14, (12,)).format == Format.parse("u14.12")
    assert FixedPoint(StraightIntQuant(), 10, (-1,)).format == Format.parse("s10.-1")
