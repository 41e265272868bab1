"""The datapath without multipliers computes what the Program says, in simulation."""

import re
from collections import Counter

import numpy as np
import pytest

from srq.export.rtl.datapath import Choices, Layer, Port, module
from srq.fixed import Format
from srq.fixed.intervals import Interval
from tests.export.rtl.layers import LAYERS, assert_equal, layer_of, random_layer
from tests.export.rtl.simulation import GET_ICARUS


@pytest.fixture
def iverilog(require_tool):
    return require_tool("iverilog", GET_ICARUS)


@pytest.mark.parametrize(("name", "op"), LAYERS)
def test_every_layer_of_the_zoos_programs(name, op, tmp_path, iverilog):
    # Every layer in one form; the forms take turns.
    form = LAYERS.index((name, op))
    choices = Choices(ternary=bool(form % 2), every=1 + form % 3)
    assert_equal(layer_of(name, op), choices, tmp_path, iverilog)


@pytest.mark.parametrize("ternary", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_random_layers(seed, ternary, tmp_path, iverilog):
    choices = Choices(ternary=ternary, every=1 + seed % 4)
    assert_equal(random_layer(seed), choices, tmp_path, iverilog)


def test_a_convolution_and_the_addition_of_what_skipped_it(tmp_path, iverilog):
    layer = layer_of("kim-x2-8bit", "sum")
    assert [port.name for port in layer.ports] == ["x", "skip"]
    assert_equal(layer, Choices(target="xilinx"), tmp_path, iverilog)


@pytest.mark.parametrize("every", [1, 2])
@pytest.mark.parametrize("datapath", ["constant", "dsp"])
def test_every_register_is_read(datapath, every):
    layers = [random_layer(seed) for seed in range(20)]
    layers += [layer_of("kim-x2-8bit", op) for op in ("depthwise1", "pointwise3", "sum_2")]
    for layer in layers:
        text = module(layer, "sum", Choices(datapath=datapath, every=every)).text
        registers = re.findall(r"^    reg \[\d+:0\] (\w+);", text, re.MULTILINE)
        read = Counter(re.findall(r"\b\w+\b", re.sub(r"\w+ <= ", "", text)))
        assert registers
        # One more than the declaration.
        assert [name for name in registers if read[name] < 2] == []


def test_what_the_proof_excludes_takes_no_saturation():
    fmt = Format(False, 8, 8)
    layer = Layer(
        "small",
        (Port("x", fmt, Interval(np.array([0, 0]), np.array([255, 255]))),),
        np.array([[1, 1], [1, -1]]),
        np.zeros(2, np.int64),
        (2, 0),
        fmt,
    )
    text = module(layer, "sum").text
    # (x0 + x1) / 4 always fits; x0 - x1 can be negative and not too large.
    assert ".LOW(0), .HIGH(0)) requantize_q0" in text
    assert ".LOW(1), .HIGH(0)) requantize_q1" in text


def test_adders_take_three_operands_where_the_device_has_them():
    assert Choices(target="xilinx").has_ternary
    assert not Choices(target="ecp5").has_ternary
    assert not Choices().has_ternary
    assert Choices(ternary=True).has_ternary
    assert not Choices(target="xilinx", ternary=False).has_ternary
