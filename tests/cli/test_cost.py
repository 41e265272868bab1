import json

import pytest

from srq.cli.app import main
from srq.program import save
from tests.kim_program import kim_program


@pytest.fixture
def path(tmp_path):
    save(kim_program(), tmp_path / "kim.srq")
    return str(tmp_path / "kim.srq")


def test_it_prints_a_table_by_op_and_the_totals(path, capsys):
    assert main(["cost", path, "--width", "100"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == (
        ["op", "MACs", "multiplier", "weights", "line", "memory", "delay", "memory", "latency"]
    )
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:] if line}
    assert rows["dw4"] == ["288", "14x10", "2880", "89600", "0", "1", "+", "1"]
    total = 100 * 2 * (8 + 32 * 14 + 16 * 14) + 200 * 8
    assert rows["total"] == ["2560", "-", "25600", str(total), str(1792 + 307 * 8), "3", "+", "7"]
    assert "latency: 307 clocks at one pixel a clock" in lines
    assert "multipliers (activation x weight bits): 2272 of 14x10, 288 of 8x10" in lines


def test_json(path, tmp_path):
    assert main(["cost", path, "--json", str(tmp_path / "cost.json")]) == 0
    report = json.loads((tmp_path / "cost.json").read_text())
    assert (report["width"], report["macs_per_lr_pixel"]) == (1920, 2560)


def test_an_unknown_model_is_one_sentence(capsys):
    assert main(["cost", "no-such-model"]) == 2
    assert "No integer program is called 'no-such-model'" in capsys.readouterr().err


def test_a_line_must_have_a_pixel(path, capsys):
    assert main(["cost", path, "--width", "0"]) == 2
    assert "Invalid value for '--width'" in capsys.readouterr().err


def test_a_core_is_counted_and_what_is_estimated_stands_apart(path, tmp_path, capsys):
    from srq.export.rtl import Rtl

    options = ["--width", "64", "--datapath", "constant", "--target", "ecp5"]
    assert main(["cost", path, *options, "--json", str(tmp_path / "cost.json")]) == 0
    text = capsys.readouterr().out
    report = json.loads((tmp_path / "cost.json").read_text())["core"]
    core = Rtl(target="ecp5", max_width=64).core(kim_program())
    graphs = [made.cost for made in core.modules.values()]
    assert report["counted"]["bits"] == sum(cost.bits for cost in graphs)
    assert report["counted"]["multipliers"] == 0
    assert report["counted"]["latency_clocks"] == core.latency(64)
    assert set(report["counted"]["layers"]) == set(core.modules)
    assert f"latency: {core.latency(64)} clocks" in text
    expected = report["estimated"]
    assert expected["luts"] == round(1.11 * report["counted"]["bits"])
    # Of 9 bits each: two lines of 8, of 32 * 14 and of 16 * 14 bits, and three of the input held.
    assert expected["blocks"] == 2 + 100 + 50 + 3
    assert f"estimated for ecp5, before any synthesis: {expected['luts']} LUT" in text


def test_an_unknown_datapath_is_one_sentence(path, capsys):
    assert main(["cost", path, "--datapath", "magic"]) == 2
    assert "The datapath is one of constant" in capsys.readouterr().err
