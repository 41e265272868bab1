"""docs/results/instructions.md shows what port_pressure.py measured, and no more."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.studies import port_pressure
from benchmarks.studies.port_pressure_loops import is_product, kernels, loops, uses_unit

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "results" / "instructions.md").read_text(encoding="utf-8")
RESULT = json.loads((ROOT / "benchmarks/results/port_pressure.json").read_text(encoding="utf-8"))
CLOCKS = {name: loop["clocks"] for name, loop in RESULT["loops"].items()}
AT_LEAST = {name: loop["at_least"] for name, loop in RESULT["loops"].items()}


def test_the_result_is_of_these_loops():
    counts = {name: loop["instructions"] for name, loop in RESULT["loops"].items()}
    assert counts == {
        name: {
            "all": len(body),
            "vector": sum(map(uses_unit, body)),
            "vpdpwssd": sum(map(is_product, body)),
        }
        for name, body in kernels().items()
    }


@pytest.mark.parametrize(("shape", "slots"), [("1x5", 6), ("3x3", 12)])
def test_a_pair_of_channels_has_the_products_of_the_kernel(shape, slots):
    for name in ("", ", halves, rounded a half later"):
        body = kernels()[f"depthwise {shape}{name}"]
        assert sum(map(is_product, body)) == 2 * 128 * slots // 32
        assert sum("vmovdqu64" in line for line in body) == 8


def test_there_are_32_registers():
    used = {
        int(n) for body in loops().values() for line in body for n in re.findall(r"zmm(\d+)", line)
    }
    assert used <= set(range(32))


def test_what_the_page_says_of_units():
    rates = RESULT["instructions"]
    assert [round(RESULT["a_clock"][key]) for key in ("vpdpwssd", "vector", "all")] == [2, 4, 6]
    shared = [kind for kind, rate in rates.items() if kind[0] == "v" and rate["interleaved"] < 3.5]
    assert shared == ["vpdpwssd", "valignd", "vpackssdw", "vpshufb"]


def test_what_the_page_says_of_dense_layers():
    for inputs in (16, 32):
        name = f"dense, {inputs} inputs"
        assert CLOCKS[name] < 1.05 * AT_LEAST[name]["vpdpwssd"]
    hidden = CLOCKS["dense, 32 inputs"] - AT_LEAST["dense, 32 inputs"]["vpdpwssd"]
    traded = CLOCKS["dense, 32 inputs, traded for 4 of 4 outputs"]
    assert traded - CLOCKS["dense, 32 inputs, traded for 4, without the rounding"] > 3 * hidden
    assert traded > CLOCKS["dense, 32 inputs, traded for 2 of 4 outputs"]


@pytest.mark.parametrize("shape", ["1x5", "3x3"])
def test_what_the_page_says_of_depthwise_layers(shape):
    name = f"depthwise {shape}"
    both = CLOCKS[f"{name}, its products alone"] + CLOCKS[f"{name}, its rounding alone"]
    assert CLOCKS[name] > 0.95 * both > 1.2 * max(AT_LEAST[name].values())
    assert CLOCKS[f"{name}, its rounding waiting for nothing"] < 0.95 * CLOCKS[name]
    assert CLOCKS[f"{name}, halves, rounded a half later"] < 0.95 * CLOCKS[name]


def test_what_the_page_says_of_the_window():
    clocks = RESULT["window"]["clocks"]
    alone = 4 * RESULT["window"]["chain"]
    assert clocks["64"] < alone < clocks["72"]
    for shape, vectors in (("1x5", 112), ("3x3", 192)):
        assert RESULT["loops"][f"depthwise {shape}"]["instructions"]["vector"] == vectors
        rounding = RESULT["loops"][f"depthwise {shape}, its rounding alone"]
        assert rounding["instructions"]["vector"] == 48


def test_elsewhere_it_says_what_it_needs(monkeypatch, capsys):
    monkeypatch.setattr(port_pressure, "has_vnni", lambda: False)
    monkeypatch.setattr("sys.argv", ["port_pressure"])
    assert port_pressure.main() == 2
    assert "AVX-512 VNNI" in capsys.readouterr().err


@pytest.mark.skipif(not port_pressure.has_vnni(), reason="needs a processor with AVX-512 VNNI")
def test_it_measures(require_tool):
    require_tool("c++", "apt install g++")
    found = port_pressure.measure(copies=1, rounds=1)
    assert found["loops"].keys() == RESULT["loops"].keys()
    assert all(loop["clocks"] > 0 for loop in found["loops"].values())
