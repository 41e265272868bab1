"""Wires that are cut by copying what drives them."""

import json
from collections import Counter

import pytest

from benchmarks.hardware.fanout import limit_fanout

CLOCK, ENABLE, ASKED, CARRY = 2, 3, 4, 5
FIRST = 10  # of the registers' inputs and outputs, two each


def cell(kind, outputs, **connections):
    return {
        "type": kind,
        "parameters": {"INIT": "0101010101010101"} if kind == "LUT4" else {},
        "attributes": {},
        "port_directions": {port: "output" if port in outputs else "input" for port in connections},
        "connections": {port: [bit] for port, bit in connections.items()},
    }


def design(driver, registers=11, **others):
    cells = {
        f"v{n}": cell(
            "TRELLIS_FF", "Q", CLK=CLOCK, CE=ENABLE, DI=FIRST + 2 * n, Q=FIRST + 2 * n + 1
        )
        for n in range(registers)
    }
    cells |= {"enable": driver, **others}
    bits = range(2, FIRST + 2 * registers)
    return {"modules": {"top": {"cells": cells, "netnames": {"all": {"bits": list(bits)}}}}}


@pytest.fixture
def limited(tmp_path):
    def limit(driver, most, **others):
        path = tmp_path / "flat.json"
        path.write_text(json.dumps(design(driver, **others)))
        added = limit_fanout(path, "top", most)
        return json.loads(path.read_text())["modules"]["top"]["cells"], added

    return limit


def driver_of(cells, bit):
    (found,) = (
        each
        for each in cells.values()
        for port, bits in each["connections"].items()
        if bit in bits and each["port_directions"][port] == "output"
    )
    return found


def enables(cells):
    return [cells[f"v{n}"]["connections"]["CE"][0] for n in range(11)]


@pytest.mark.parametrize("kind", ["LUT4", "TRELLIS_FF"])
def test_copies_have_what_their_original_has(limited, kind):
    ports = {"A": ASKED, "Z": ENABLE} if kind == "LUT4" else {"DI": ASKED, "Q": ENABLE}
    cells, added = limited(cell(kind, "ZQ", **ports), 4)
    assert added == 2
    assert [enables(cells).count(bit) for bit in dict.fromkeys(enables(cells))] == [4, 4, 3]
    for bit in enables(cells):
        made = driver_of(cells, bit)
        assert (made["type"], made["parameters"]) == (kind, cells["enable"]["parameters"])
        inputs = {port: bits for port, bits in made["connections"].items() if port not in "ZQ"}
        assert inputs == {port: [bit] for port, bit in ports.items() if port not in "ZQ"}


def test_neighbours_share_a_wire_and_the_clock_stays_whole(limited):
    cells, _ = limited(cell("LUT4", "Z", A=ASKED, Z=ENABLE), 4)
    found = enables(cells)
    assert found == sorted(found)  # v9 before v10
    assert {cells[f"v{n}"]["connections"]["CLK"][0] for n in range(11)} == {CLOCK}


def test_what_cannot_be_copied_gets_buffers_of_the_same_value(limited):
    cells, added = limited(cell("CCU2C", "S", A=CARRY, S=ENABLE), 4)
    assert added == 3
    assert ENABLE not in enables(cells)
    for bit in set(enables(cells)):
        made = driver_of(cells, bit)
        assert made["connections"]["A"] == [ENABLE]
        table = int(made["parameters"]["INIT"], 2)
        assert [table >> inputs & 1 for inputs in (0, 1)] == [0, 1]


def test_copies_that_are_many_are_driven_by_copies(limited):
    source = cell("LUT4", "Z", A=ASKED, Z=ENABLE)
    cells, _ = limited(source, 2)
    asking = [name for name, each in cells.items() if each["connections"].get("A") == [ASKED]]
    assert len(asking) == 6  # ASKED comes from outside: nothing drives it that could be copied


def test_a_register_that_asks_itself_is_cut_to_an_end(limited):
    """What decides on a register is copied for its copies, and each asks the register."""
    cells, _ = limited(
        cell("TRELLIS_FF", "Q", DI=ASKED, Q=ENABLE),
        4,
        decides=cell("LUT4", "Z", A=ENABLE, Z=ASKED),
    )
    loads = Counter(
        bit
        for each in cells.values()
        for port, (bit,) in each["connections"].items()
        if each["port_directions"][port] == "input" and port != "CLK"
    )
    assert max(loads.values()) <= 4
