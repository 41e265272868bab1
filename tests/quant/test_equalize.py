import pytest
import torch
from torch import nn

from srq.models import build
from srq.quant import Twin, choose_formats, equalize
from srq.quant.equalize import groups_of
from tests.quant.networks import calibration, small_kim, small_twin


def uneven(network):
    """The same network with its channels scaled apart, as a training may leave them."""
    with torch.no_grad():
        factors = torch.logspace(-1, 1, len(network.depthwise1.weight))
        network.depthwise1.weight.mul_(factors.reshape(-1, 1, 1, 1))
        network.pointwise1.weight.div_(factors.reshape(1, -1, 1, 1))
    return network


def squared_error(twin, pictures, network):
    return (twin(pictures) - network(pictures).clamp(0, 1)).square().mean().item()


@pytest.mark.parametrize("per_channel", [False, True])
def test_the_float_network_stays_what_it_was(per_channel):
    pictures = calibration().pictures
    for network in (uneven(small_kim()), build("ecbsr", act="relu", blocks=2)):
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.uniform_(layer.bias, -0.1, 0.1)
        twin = Twin(network, per_channel=per_channel)
        equalize(twin, pictures)
        twin.set_active(False)
        torch.testing.assert_close(
            twin(pictures), network(pictures).clamp(min=0), atol=3e-6, rtol=0
        )


@pytest.mark.parametrize("per_channel", [False, True])
def test_it_lowers_the_error_of_channels_far_apart(per_channel):
    network, pictures = uneven(small_kim()), calibration().pictures
    errors = []
    for first in (lambda *_: None, equalize):
        twin = Twin(network, weight_bits=8, activation_bits=8, per_channel=per_channel)
        first(twin, pictures)
        choose_formats(twin, pictures)
        errors.append(squared_error(twin, pictures, network))
    assert errors[1] < 0.7 * errors[0]


def test_what_is_summed_shares_its_factors_and_pictures_have_none():
    groups = groups_of(small_twin().nodes)
    assert groups["head"] == groups["pointwise2"] == groups["sum"]
    free = {"depthwise1", "pointwise1", "depthwise2", "depthwise3", "pointwise3", "depthwise4"}
    assert {name for name, group in groups.items() if group == name and name in free} == free
    assert {name for name, group in groups.items() if group is None} == {
        *("lr", "nearest", "pointwise4", "shuffled", "sum_2", "hr")
    }


def test_grouped_convolutions_read_their_own_channels():
    class Grouped(nn.Module):
        name, scale, config = "grouped", 2, {}

        def __init__(self):
            super().__init__()
            self.a = nn.Conv2d(1, 6, 3, padding=1)
            self.b = nn.Conv2d(6, 4, 3, padding=1, groups=2)

        def forward(self, luma):
            return nn.functional.pixel_shuffle(self.b(torch.relu(self.a(luma))), 2)

    torch.manual_seed(3)
    network, pictures = Grouped(), calibration().pictures
    twin = Twin(network)
    before = twin.conv("a").weight.clone()
    equalize(twin, pictures)
    assert not torch.allclose(before, twin.conv("a").weight)
    twin.set_active(False)
    torch.testing.assert_close(twin(pictures), network(pictures).clamp(min=0), atol=3e-6, rtol=0)


def test_dead_channels_do_no_harm():
    network = small_kim()
    with torch.no_grad():
        network.head.weight[0] = 0
        network.pointwise1.weight[:, 2] = 0
    twin = Twin(network)
    equalize(twin, calibration().pictures)
    assert all(bool(torch.isfinite(parameter).all()) for parameter in twin.parameters())
