"""Table 1's peers: sizes as published, and each network's own twist."""

import pytest
import torch
from torch import nn

from srq.errors import ModelError
from srq.models import build
from srq.models.bicubic import bicubic_upscale


def weights(network):
    """Kernels only, as papers count them."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.dim() == 4)


@pytest.mark.parametrize(
    ("name", "published"),
    [("srcnn", 8032), ("fsrcnn", 12464), ("fsrcnn-s", 3937), ("vdsr", 664704), ("espcn", 21184)],
)
def test_the_published_number_of_weights(name, published):
    assert weights(build(name)) == published


def test_ecbsr_m4c8_has_its_published_2_8k_parameters():
    assert sum(parameter.numel() for parameter in build("ecbsr").parameters()) == 2748


def test_vdsr_adds_its_residual_to_the_bicubic_picture():
    network = build("vdsr", depth=3, width=4)
    nn.init.zeros_(network.get_parameter("layers.2.weight"))
    luma = torch.rand(1, 1, 6, 7)
    assert torch.equal(network(luma), bicubic_upscale(luma, 2))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_ecbsr_adds_its_residual_to_the_nearest_picture(scale):
    network = build("ecbsr", scale=scale)
    nn.init.zeros_(network.get_parameter("tail.weight"))
    luma = torch.rand(1, 1, 3, 4)
    nearest = luma.repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    assert torch.equal(network(luma), nearest)


def test_fsrcnn_has_a_slope_for_each_channel_or_layer():
    def slopes(network):
        return [m.num_parameters for m in network.modules() if isinstance(m, nn.PReLU)]

    assert slopes(build("fsrcnn-s")) == [32, 5, 5, 32]
    assert slopes(build("fsrcnn-s", shared_slope=True)) == [1, 1, 1, 1]


def test_fsrcnn_s_is_fsrcnn_with_settings_that_may_be_changed():
    network = build("fsrcnn-s", shrunk=6)
    assert network.name == "fsrcnn"
    assert network.config["width"] == 32
    assert network.config["shrunk"] == 6


@pytest.mark.parametrize(
    ("name", "act", "kind"),
    [
        ("espcn", "tanh", nn.Tanh),
        ("espcn", "relu", nn.ReLU),
        ("ecbsr", "prelu", nn.PReLU),
        ("ecbsr", "relu", nn.ReLU),
    ],
)
def test_the_activation_is_a_setting(name, act, kind):
    assert any(isinstance(module, kind) for module in build(name, act=act).modules())


def test_other_activations_are_refused():
    with pytest.raises(ModelError, match="'act' of espcn must be 'tanh' or 'relu', not 'gelu'"):
        build("espcn", act="gelu")


@pytest.mark.parametrize("bias", [1, "yes", None])
def test_a_switch_must_be_true_or_false(bias):
    with pytest.raises(ModelError, match="'bias' of ecbsr must be True or False"):
        build("ecbsr", bias=bias)
