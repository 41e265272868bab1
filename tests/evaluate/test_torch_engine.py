"""A network as an engine: rounding, clipping, tiles, and how far it looks."""

import numpy as np
import pytest
import torch
from torch import nn

from srq.errors import ConfigError
from srq.evaluate.torch_engine import TorchEngine, receptive_radius
from srq.models import build
from srq.models.expand import expand, is_expanded


class Ramp(nn.Module):
    """Whatever it is given, its output are the code values in ``codes``, as floats."""

    name, scale = "ramp", 2

    def __init__(self, codes):
        super().__init__()
        self.codes = nn.Parameter(torch.tensor(codes, dtype=torch.float32).view(1, 1, 2, -1))

    def forward(self, luma):
        return self.codes / 255 + 0 * luma.sum()


def test_values_are_clipped_and_rounded_half_up():
    codes = [[-3.0, 0.25, 0.5, 1.5], [2.5, 254.5, 254.75, 300.0]]
    engine = TorchEngine(Ramp(codes), tile=0)
    made = engine(np.zeros((1, 2), np.uint8))
    assert made.dtype == np.uint8
    # 0.5 / 255 * 255 need not be 0.5 in float32; these four are.
    assert made.tolist() == [[0, 0, 1, 2], [3, 255, 255, 255]]


@pytest.mark.parametrize(
    ("name", "config", "pixels"),
    [
        ("kim", {}, 7),
        ("espcn", {}, 4),
        ("ecbsr", {}, 6),
        ("ecbsr", {"blocks": 20}, 22),
        ("fsrcnn", {"scale": 4}, 7),
    ],
)
def test_the_receptive_radius_is_how_far_a_network_looks(name, config, pixels):
    assert receptive_radius(build(name, **config)) == pixels


def test_tiles_make_the_whole():
    torch.manual_seed(0)
    network = build("kim", wide=8, narrow=4)
    luma = np.random.default_rng(0).integers(0, 256, (45, 61), np.uint8)
    whole = TorchEngine(network, tile=0)(luma).astype(int)
    tiled = TorchEngine(network, tile=16)(luma).astype(int)
    assert tiled.shape == (90, 122)
    # Sums of float32 may differ in the last bit, so a value near x.5 may round either way.
    assert np.abs(whole - tiled).max() <= 1
    assert np.count_nonzero(whole - tiled) < 5


def test_an_expanded_network_is_collapsed():
    network = expand(build("kim"), hidden=4)
    engine = TorchEngine(network)
    assert not is_expanded(network)
    assert engine.about.weights == 2560


def test_it_says_what_it_is():
    engine = TorchEngine(build("kim", scale=3), "mine")
    assert (engine.name, engine.scale) == ("mine", 3)
    assert engine.about.kind == "float network"
    assert engine.about.runs_on == "torch cpu"


def test_other_devices_are_refused():
    with pytest.raises(ConfigError, match="must be 'cpu' or 'cuda', not 'tpu'"):
        TorchEngine(build("kim"), device="tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_cuda_without_cuda_is_refused():
    with pytest.raises(ConfigError, match="finds no CUDA device"):
        TorchEngine(build("kim"), device="cuda")
