"""The datapath of few multipliers computes what the Program says, in simulation."""

import pytest

from srq.errors import ConfigError
from srq.export.rtl import Rtl
from srq.export.rtl.datapath import Choices, module
from tests.export.rtl.layers import LAYERS, assert_equal, layer_of, random_layer
from tests.export.rtl.simulation import GET_ICARUS


@pytest.fixture
def iverilog(require_tool):
    return require_tool("iverilog", GET_ICARUS)


@pytest.mark.parametrize(
    ("name", "op", "fold"),
    [
        ("kim-x2", "pointwise1", 4),
        ("kim-x2", "sum", 8),
        ("kim-x2-8bit", "depthwise3", 3),
        ("kim-x2-8bit", "sum_2", 16),
    ],
)
def test_layers_of_the_zoos_programs(name, op, fold, tmp_path, iverilog):
    choices = Choices(datapath="folded", target="xilinx", fold=fold)
    assert_equal(layer_of(name, op), choices, tmp_path, iverilog, positions=20)


@pytest.mark.parametrize("seed", range(8))
def test_random_layers(seed, tmp_path, iverilog):
    choices = Choices(datapath="folded", fold=2 + seed % 5)
    assert_equal(random_layer(seed), choices, tmp_path, iverilog)


@pytest.mark.parametrize("fold", [2, 4, 8])
def test_it_has_as_few_multipliers_as_the_clocks_allow(fold):
    for name, op in LAYERS:
        layer = layer_of(name, op)
        all_ = module(layer, "sum", Choices(datapath="folded", fold=1)).cost.multipliers
        found = module(layer, "sum", Choices(datapath="folded", fold=fold)).cost.multipliers
        # Rounded up once an output, which is all that is lost.
        assert all_ <= fold * found < all_ + fold * layer.outputs


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"datapath": "folded", "pixels_per_clock": 2}, "The datapath folded takes several clocks"),
        ({"datapath": "dsp", "clocks_per_pixel": 4}, "Several clocks per pixel belong to"),
        ({"datapath": "folded", "clocks_per_pixel": 1}, "Several clocks per pixel belong to"),
        ({"datapath": "folded", "clocks_per_pixel": 65}, "The clocks per pixel must be an integer"),
    ],
)
def test_clocks_that_make_no_sense_are_refused(choices, sentence):
    with pytest.raises(ConfigError) as error:
        Rtl(**choices)
    assert str(error.value).startswith(sentence)
