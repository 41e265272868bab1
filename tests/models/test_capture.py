import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srq.errors import ModelError
from srq.models import Network, build
from srq.models.capture import LayerKind, capture
from tests.quant.networks import OneConv


class Made(Network):
    """A network of one function; its layers are the keyword arguments."""

    name = "made"

    def __init__(self, function, **layers):
        super().__init__(scale=2)
        self.function = function
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, luma):
        return self.function(self, luma)


def kinds(network):
    return [(layer.name, layer.kind, layer.sources) for layer in capture(network)]


def test_the_papers_network():
    layers = capture(build("kim"))
    assert [layer.name for layer in layers if layer.kind is LayerKind.CONV] == [
        *("head", "depthwise1", "pointwise1", "depthwise2", "pointwise2"),
        *("depthwise3", "pointwise3", "depthwise4", "pointwise4"),
    ]
    assert [layer.name for layer in layers if layer.kind is LayerKind.ADD] == ["sum", "sum_2"]
    assert (layers[0].name, layers[-1].name) == ("lr", "hr")


def test_every_way_to_write_a_layer_is_the_same_layer():
    conv = nn.Conv2d(1, 4, 3, padding=1)
    functions = Made(
        lambda m, x: torch.add(
            torch.pixel_shuffle(torch.relu(m.conv(x)), 2), F.interpolate(x, scale_factor=2)
        ),
        conv=conv,
    )
    modules = Made(
        lambda m, x: m.shuffle(m.relu(m.conv(x))) + m.nearest(x),
        conv=conv,
        relu=nn.ReLU(),
        shuffle=nn.PixelShuffle(2),
        nearest=nn.Upsample(scale_factor=2),
    )
    methods = Made(
        lambda m, x: F.pixel_shuffle(m.conv(x).relu(), 2).add(F.interpolate(x, None, 2)), conv=conv
    )
    assert kinds(functions) == kinds(modules) == kinds(methods)


def test_identities_and_what_nobody_reads_are_left_out():
    network = Made(
        lambda m, x: (m.unread(x), m.shuffle(m.same(m.conv(x))))[1],
        conv=nn.Conv2d(1, 4, 1),
        unread=nn.Tanh(),
        same=nn.Identity(),
        shuffle=nn.PixelShuffle(2),
    )
    assert [name for name, _, _ in kinds(network)] == ["lr", "conv", "shuffled", "hr"]


def test_a_layer_used_twice_stands_twice():
    network = Made(lambda m, x: m.conv(m.conv(x)), conv=nn.Conv2d(1, 1, 1))
    assert [name for name, _, _ in kinds(network)] == ["lr", "conv", "conv_2", "hr"]


REFUSED = {
    "'act' (Tanh) is another activation": build("espcn", act="tanh"),
    "'m' (MaxPool2d) is no op of a Program, which has": Made(
        lambda m, x: m.m(x), m=nn.MaxPool2d(2)
    ),
    "'conv' (Conv2d) reads 3 channels, but a Program reads luma alone: train": Made(
        lambda m, x: m.conv(x), conv=nn.Conv2d(3, 4, 1)
    ),
    "it gives 4 channels, but a Program gives luma alone": Made(
        lambda m, x: m.conv(x), conv=nn.Conv2d(1, 4, 1)
    ),
    "'b' (Conv2d) reads 3 channels, but is given 4": Made(
        lambda m, x: m.b(m.a(x)), a=nn.Conv2d(1, 4, 1), b=nn.Conv2d(3, 4, 1)
    ),
    "'cat' joins channels: use a sum": Made(lambda m, x: torch.cat([x, x], 1)),
    "'sub' subtracts: put the minus": Made(lambda m, x: x - x),
    "'clamp' clips: only to 0 and 1": Made(lambda m, x: x.clamp(0, 1) + x),
    "not 4 channels at x1 and 1 at x1: bring": Made(
        lambda m, x: m.conv(x) + x, conv=nn.Conv2d(1, 4, 1)
    ),
    "must read a multiple of 9 channels, not 4": Made(
        lambda m, x: F.pixel_shuffle(m.conv(x), 3), conv=nn.Conv2d(1, 4, 1)
    ),
    "'gelu' is another activation": Made(lambda m, x: F.gelu(x)),
    "'bicubic_upscale' weighs with fractions": build("vdsr", depth=3, width=4),
    "'deconvolve' (ConvTranspose2d) is transposed": Made(
        lambda m, x: m.deconvolve(x), deconvolve=nn.ConvTranspose2d(1, 1, 2, 2)
    ),
    "keeps no running statistics": Made(
        lambda m, x: m.norm(x), norm=nn.BatchNorm2d(1, track_running_stats=False)
    ),
    "'layer' (Conv2d) must have stride 1": OneConv(stride=2),
    "stride 1 and dilation 1": OneConv(dilation=2),
    "must keep the picture's size": OneConv(padding=0),
    "must pad with zeros, not reflect": OneConv(padding_mode="reflect"),
    "'mul' multiplies: put a constant factor": Made(lambda m, x: x * x),
    "'sigmoid' is another activation": Made(lambda m, x: torch.sigmoid(x)),
    "'add' must read values of the network alone, not 1": Made(lambda m, x: x + 1),
    "'add' must add two values, without alpha": Made(lambda m, x: torch.add(x, x, alpha=2)),
    "mode 'nearest'), not 'bilinear'": Made(
        lambda m, x: F.interpolate(x, scale_factor=2, mode="bilinear")
    ),
    "enlarge by a whole number, not by 1.5": Made(lambda m, x: F.interpolate(x, scale_factor=1.5)),
    "not to a size": Made(lambda m, x: F.interpolate(x, size=(8, 8))),
    "branches on values": Made(lambda m, x: x if x.sum() > 0 else -x),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_no_op_is_refused_with_its_name_and_the_reason(reason):
    with pytest.raises(ModelError) as refusal:
        capture(REFUSED[reason])
    assert reason in str(refusal.value)
    assert str(refusal.value).endswith(".")
