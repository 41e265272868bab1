import numpy as np
import pytest
import torch
from torch import nn

from srq.errors import ConfigError, ModelError
from srq.models import build
from srq.quant import Twin, fit, integers
from srq.quant.twin import to_program, to_training
from tests.quant.networks import OneConv, calibration, small_kim, small_twin


def biased():
    torch.manual_seed(0)
    network = build("ecbsr", act="relu", blocks=2)
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                layer.bias.uniform_(-0.2, 0.2)
    return network


@pytest.mark.parametrize("network", [small_kim(), biased()], ids=["no bias", "bias"])
def test_in_floats_it_is_its_network_in_the_other_measure_of_luma(network):
    twin = Twin(network)
    twin.set_active(False)
    luma = torch.rand(2, 1, 9, 11)
    torch.testing.assert_close(twin(luma), network(luma).clamp(min=0), atol=1e-6, rtol=0)


@pytest.mark.parametrize("network", [small_kim(), biased()], ids=["no bias", "bias"])
def test_wide_formats_come_near_the_float_network(network):
    twin = Twin(network, weight_bits=16, activation_bits=16)
    crops = calibration()
    fit(twin, crops)
    error = (twin(crops.pictures) - network(crops.pictures).clamp(0, 1)).abs().max() * 255
    assert error < 0.6


def test_the_two_measures_differ_by_255_to_256():
    codes = torch.arange(256, dtype=torch.float64)
    assert torch.equal(torch.round(to_program(codes / 255) * 256), codes)
    assert torch.allclose(to_training(to_program(codes)), codes)


def test_it_reads_and_writes_code_values():
    twin = small_twin()
    luma = torch.rand(1, 1, 6, 6)
    values = twin.values(luma)
    assert torch.equal(values["lr"] * 256, torch.floor(luma * 255 + 0.5))
    made = twin(luma) * 255
    torch.testing.assert_close(made, made.round(), atol=1e-4, rtol=0)


def test_a_relu_clips_below_and_above():
    twin = small_twin(activation_bits=4)
    twin.rounding("head").set_fracs((6,))
    head = integers(twin, np.random.default_rng(0).integers(0, 256, (8, 8), dtype=np.uint8))["head"]
    assert (head.min(), head.max()) == (0, 15)


def test_the_bias_is_rounded_to_the_precision_of_the_sum():
    network = OneConv(bias=True)
    with torch.no_grad():
        network.layer.bias.copy_(torch.tensor([0.3, -0.3, 1.0, 0.0]))
    twin = Twin(network)
    twin.conv("layer").fixed.set_fracs((5,))
    numbers = twin.conv("layer").integers(frac=8)
    # 2^13 units to 1, times 255 / 256, rounded half up.
    assert numbers.bias is not None
    assert numbers.bias.tolist() == [2448, -2448, 8160, 0]


def test_the_free_quantizers_stand_in_the_networks_order():
    assert list(small_twin().quantizers)[:4] == [
        *("head.weight", "head", "depthwise1.weight", "depthwise1")
    ]
    assert len(small_twin().quantizers) == 17


def test_fraction_bits_add_up_along_the_network():
    twin = small_twin(per_channel=True)
    for name, quantizer in twin.quantizers.items():
        count = len(quantizer.fracs)
        quantizer.set_fracs([9 + i % 2 for i in range(count)] if count > 1 else [12])
        assert count == (1 if "." not in name else len(twin.conv(name[:-7]).weight))
    fracs = twin.fracs()
    assert fracs["lr"] == fracs["nearest"] == fracs["sum_2"] == fracs["hr"] == 8
    assert fracs["pointwise4"] == fracs["shuffled"] == 12 + 10


def test_weights_are_copies():
    network = small_kim()
    before = network.head.weight.clone()
    with torch.no_grad():
        Twin(network).conv("head").weight.zero_()
    assert torch.equal(network.head.weight, before)


@pytest.mark.parametrize(
    ("widths", "sentence"),
    [
        ({"weight_bits": 17}, "The width of weights must be 2 to 16 bits, not 17."),
        ({"weight_bits": 1}, "The width of weights must be 2 to 16 bits, not 1."),
        ({"activation_bits": 3}, "The width of activations must be 4 to 16 bits, not 3."),
    ],
)
def test_widths_out_of_range_are_refused(widths, sentence):
    with pytest.raises(ConfigError, match=sentence):
        small_twin(**widths)


def test_a_network_with_curves_is_refused():
    with pytest.raises(ModelError, match="Tanh"):
        Twin(build("espcn", act="tanh"))
