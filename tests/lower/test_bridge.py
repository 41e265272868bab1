"""The whole point: a twin in float64 equals its Program, every tensor, every integer.

The reference is tested elsewhere against Python's own integers; here it is the authority.
"""

from contextlib import suppress

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data
from torch import nn
from torch.nn import functional as F

from srq.errors import ProgramError
from srq.image.colour import luma
from srq.lower import lower
from srq.models import Network, build
from srq.program import Conv, Padding
from srq.program.reference import Reference
from srq.quant import Twin, choose_formats, fit, integers
from tests.quant.networks import calibration

NETWORKS = {
    "kim": {"name": "kim"},
    "kim-x3": {"name": "kim", "scale": 3},
    "espcn": {"name": "espcn", "act": "relu", "features": 12, "mapped": 6},
    "ecbsr": {"name": "ecbsr", "act": "relu"},
    "ecbsr-plain": {"name": "ecbsr", "act": "relu", "bias": False, "blocks": 2},
}


class Branches(Network):
    """What the shipped networks lack: even kernels, groups, a value rounded and summed, a sum of
    sums, a ReLU after a shuffle, and layers at the larger size."""

    name = "branches"

    def __init__(self):
        super().__init__(scale=2)
        self.wide = nn.Conv2d(1, 8, (2, 5), padding="same")
        self.grouped = nn.Conv2d(8, 8, (1, 4), padding="same", groups=4, bias=False)
        self.deep = nn.Conv2d(8, 8, 1)
        self.spread = nn.Conv2d(8, 16, 3, padding=1)
        self.fine = nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.last = nn.Conv2d(4, 1, 1, bias=False)
        self.shuffle = nn.PixelShuffle(2)
        self.upsample = nn.Upsample(scale_factor=2)

    def forward(self, luma):
        wide = self.wide(luma)
        x = self.grouped(wide) + wide
        x = self.deep(torch.relu(x)) + x
        fine = F.relu(self.shuffle(self.spread(x)))
        return self.last(self.fine(fine).relu() + fine) + self.upsample(luma)


def network(name, seed=0):
    torch.manual_seed(seed)
    made = Branches() if name == "branches" else build(**NETWORKS[name])
    with torch.no_grad():
        for layer in made.modules():
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                layer.bias.uniform_(-0.1, 0.1)
    return made


def twin_of(name, seed=0, **widths):
    twin = Twin(network(name, seed), **widths)
    generator = torch.Generator().manual_seed(seed)
    choose_formats(twin, torch.rand(2, 1, 12, 12, generator=generator))
    return twin


def assert_equal(twin, picture):
    expected = Reference(lower(twin))(picture, trace=True)
    made = integers(twin, picture)
    assert list(made) == list(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(made[name], tensor, err_msg=f"the value of op {name!r}")


@pytest.mark.parametrize("per_channel", [False, True], ids=["per-tensor", "per-channel"])
@pytest.mark.parametrize("name", [*NETWORKS, "branches"])
def test_every_tensor_of_every_network_is_equal(name, per_channel):
    picture = luma(data.astronaut())[100:141, 200:263]
    assert_equal(twin_of(name, per_channel=per_channel), picture)


@pytest.mark.parametrize("name", ["kim", "ecbsr", "branches"])
def test_fitted_networks_are_equal(name):
    twin = Twin(network(name), weight_bits=6, activation_bits=8, per_channel=True)
    fit(twin, calibration())
    assert_equal(twin, luma(data.astronaut())[100:121, 200:233])


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from([*NETWORKS, "branches"]),
    weight_bits=st.integers(2, 16),
    activation_bits=st.integers(4, 16),
    per_channel=st.booleans(),
    seed=st.integers(0, 1000),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
)
def test_every_width_is_equal_or_refused(
    name, weight_bits, activation_bits, per_channel, seed, height, width
):
    twin = twin_of(
        name,
        seed,
        weight_bits=weight_bits,
        activation_bits=activation_bits,
        per_channel=per_channel,
    )
    picture = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    if weight_bits + activation_bits <= 24:
        assert_equal(twin, picture)
        return
    with suppress(ProgramError):
        assert_equal(twin, picture)


def test_the_twin_in_float64_gives_the_programs_picture():
    twin = twin_of("kim").double()
    picture = luma(data.chelsea())[50:90, 60:120]
    made = twin(torch.from_numpy(picture)[None, None].double() / 255)[0, 0] * 255
    np.testing.assert_array_equal(
        torch.round(made).detach().numpy(), Reference(lower(twin))(picture)
    )
    assert (made - torch.round(made)).abs().max() < 1e-10


def test_random_weights_keep_every_integer():
    twin = twin_of("ecbsr", per_channel=True)
    for op in lower(twin).convs:
        conv = twin.conv(op.name)
        steps = 2.0 ** -np.array(op.channel_fracs).reshape(-1, 1, 1, 1)
        assert isinstance(op, Conv)
        np.testing.assert_array_equal(
            op.weight * steps, conv.fixed(conv.weight.double()).detach().numpy()
        )


def test_an_even_kernel_is_padded_as_torch_pads_it():
    program = lower(twin_of("branches"))
    paddings = {op.name: op.padding for op in program.convs}
    assert paddings["wide"] == Padding(0, 1, 2, 2)
    assert paddings["grouped"] == Padding(0, 0, 1, 2)


def test_the_card_is_passed_on():
    program = lower(twin_of("kim"), name="some", provenance={"data": "none"})
    assert (program.name, dict(program.provenance)) == ("some", {"data": "none"})


def test_sums_that_could_overflow_are_refused_with_their_layer():
    twin = twin_of("espcn", weight_bits=16, activation_bits=16)
    with torch.no_grad():
        twin.conv("map").weight.fill_(1.0)
    with pytest.raises(ProgramError, match="Op 'map' can overflow .* channel 0"):
        lower(twin)
