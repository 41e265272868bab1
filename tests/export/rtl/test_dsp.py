"""The datapath of multipliers computes what the Program says, in simulation."""

import pytest

from srq.adders import digit_counts
from srq.export.rtl.datapath import Choices, module
from tests.export.rtl.layers import LAYERS, assert_equal, layer_of, random_layer
from tests.export.rtl.simulation import GET_ICARUS


@pytest.fixture
def iverilog(require_tool):
    return require_tool("iverilog", GET_ICARUS)


@pytest.mark.parametrize(
    ("name", "op"),
    [
        ("kim-x2", "pointwise1"),
        ("kim-x2", "depthwise4"),
        ("kim-x2-8bit", "head"),
        ("kim-x2-8bit", "sum_2"),
    ],
)
def test_layers_of_the_zoos_programs(name, op, tmp_path, iverilog):
    layer = layer_of(name, op)
    choices = Choices(datapath="dsp", target="xilinx")
    assert_equal(layer, choices, tmp_path, iverilog, positions=30)


@pytest.mark.parametrize("seed", range(8))
def test_random_layers(seed, tmp_path, iverilog):
    choices = Choices(datapath="dsp", every=1 + seed % 2)
    assert_equal(random_layer(seed), choices, tmp_path, iverilog)


def test_only_weights_of_three_digits_take_a_multiplier():
    # The bounds are those of the devices that the core is meant for.
    for name, most in (("kim-x2", 1920), ("kim-x2-8bit", 1280)):
        count = 0
        for program, op in LAYERS:
            if program != name:
                continue
            layer = layer_of(name, op)
            made = module(layer, "sum", Choices(datapath="dsp"))
            assert made.cost.multipliers == (digit_counts(layer.matrix) > 2).sum()
            count += made.cost.multipliers
        assert count <= most
