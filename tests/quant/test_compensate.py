import numpy as np
import pytest
import torch
from torch import nn

from srq.models import build
from srq.quant import Twin, choose_formats, compensate
from tests.quant.networks import OneConv, calibration, small_kim


def rounded(network, **widths):
    """Its twin with formats alone, and with its weights rounded together as well."""
    twins = []
    for together in (False, True):
        twin = Twin(network, **widths)
        choose_formats(twin, calibration().pictures)
        if together:
            compensate(twin, calibration().pictures)
        twins.append(twin)
    return twins


def squared_error(twin, network):
    pictures = calibration().pictures
    return (twin(pictures) - network(pictures).clamp(0, 1)).square().mean().item()


@pytest.mark.parametrize("per_channel", [False, True])
def test_the_output_errs_less(per_channel):
    network = small_kim()
    nearest, together = rounded(network, weight_bits=5, activation_bits=10, per_channel=per_channel)
    assert squared_error(together, network) < 0.6 * squared_error(nearest, network)


def test_weights_lie_on_their_grid_and_formats_stay():
    nearest, together = rounded(small_kim(), weight_bits=5, per_channel=True)
    for name, quantizer in together.quantizers.items():
        assert quantizer.fracs == nearest.quantizers[name].fracs
    for name in together.convs:
        conv = together.conv(name)
        assert torch.equal(conv.fixed(conv.weight), conv.weight)


def test_a_bias_takes_up_what_is_left_of_the_mean():
    torch.manual_seed(0)
    network = build("ecbsr", act="relu", blocks=1)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.uniform_(layer.bias, 0, 0.1)
    twin = rounded(network, weight_bits=4, activation_bits=14)[1]
    pictures = calibration().pictures
    sums = twin.conv("head_0")(twin.values(pictures)["lr"], frac=8)
    layer = network.head[0]
    wanted = nn.functional.conv2d(pictures, layer.weight, layer.bias, padding=1) * 255 / 256
    (frac,) = twin.conv("head_0").fixed.fracs
    half = 2.0 ** -(8 + frac + 1)
    lost = (sums.mean((0, 2, 3)) - wanted.mean((0, 2, 3))).abs()
    assert lost.max() < 1.02 * half < 0.1 * (sums - wanted).abs().max()


def test_a_weight_alone_goes_to_the_nearest():
    network = OneConv(kernel=1)
    twin = Twin(network, weight_bits=8)
    twin.conv("layer").fixed.set_fracs((3,))
    with torch.no_grad():
        twin.conv("layer").weight.copy_(torch.tensor([0.3, -0.2, 0.06, 0.07]).reshape(4, 1, 1, 1))
    compensate(twin, calibration().pictures)
    assert twin.conv("layer").weight.flatten().tolist() == [0.25, -0.25, 0.0, 0.125]


def test_dead_inputs_do_no_harm():
    network = small_kim()
    with torch.no_grad():
        network.head.weight[:3] = 0
    twin = rounded(network, weight_bits=6)[1]
    assert all(bool(torch.isfinite(parameter).all()) for parameter in twin.parameters())
    assert np.isfinite(squared_error(twin, network))
