import numpy as np
import pytest
import torch

from srq.quant.formats import best_frac, choose_formats, weight_fracs
from srq.quant.quantizers import FixedPoint, SaturatingIntQuant, StraightIntQuant
from tests.quant.networks import calibration, small_twin


def error(values, signed, bits, frac):
    """The mean squared error, computed apart from the quantizers."""
    lo, hi = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    made = np.clip(np.floor(values * 2.0**frac + 0.5), lo, hi) * 2.0**-frac
    return np.mean((made - values) ** 2)


@pytest.mark.parametrize("bits", [2, 5, 8, 12])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("spread", [1e-3, 0.7, 300.0])
def test_the_binary_point_is_the_best_of_all(bits, signed, spread):
    rng = np.random.default_rng(bits)
    values = rng.laplace(0, spread, 2000)
    values = values if signed else np.maximum(values, 0)
    quant = StraightIntQuant() if signed else SaturatingIntQuant(False)
    chosen = best_frac(torch.from_numpy(values), FixedPoint(quant, bits))
    errors = {frac: error(values, signed, bits, frac) for frac in range(-15, 30)}
    assert errors[chosen] == pytest.approx(min(errors.values()), rel=1e-9)


def test_what_fits_exactly_is_kept_exactly():
    values = torch.tensor([0.75, -0.5, 0.25])
    fixed = FixedPoint(
        StraightIntQuant(), 4, (best_frac(values, FixedPoint(StraightIntQuant(), 4)),)
    )
    assert torch.equal(fixed(values), values)


def test_zeros_have_a_binary_point_too():
    assert best_frac(torch.zeros(3), FixedPoint(StraightIntQuant(), 8)) == 0


def test_channels_have_their_own_and_tiny_ones_stay_near():
    weight = torch.tensor([1.0, 0.1, 1e-20, 0.0]).reshape(4, 1, 1, 1)
    whole, tenth, tiny, zero = weight_fracs(weight, FixedPoint(StraightIntQuant(), 8, (0,) * 4))
    assert 2 <= tenth - whole <= 4
    assert tiny <= whole + 9
    assert zero == 0


def test_every_free_tensor_gets_the_best_by_its_float_values():
    twin = small_twin(weight_bits=6, activation_bits=7)
    pictures = calibration().pictures
    choose_formats(twin, pictures)
    chosen = {name: q.fracs for name, q in twin.quantizers.items()}
    twin.set_active(False)
    values = {name: value.detach() for name, value in twin.values(pictures).items()}
    values |= {f"{name}.weight": twin.conv(name).weight.detach() for name in twin.convs}
    for name, quantizer in twin.quantizers.items():
        assert chosen[name] == (best_frac(values[name], quantizer),), name
