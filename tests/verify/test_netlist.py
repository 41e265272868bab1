"""What Yosys makes of a core computes what the Program says."""

import pytest

from srq.stimuli.sets import for_verification
from srq.verify.check import Expectations, State, check
from srq.verify.netlist import black_box
from srq.verify.subjects import chosen, subjects
from tests.verify.programs import tiny


@pytest.fixture(scope="module")
def expectations():
    program = tiny()
    return Expectations(program, for_verification(program, quick=True))


def outcome(expectations):
    (found,) = check(tiny(), chosen(subjects(), ["netlist"]), expectations)
    return found


def test_the_netlist_of_a_core_is_equal(expectations, require_tool):
    require_tool("verilator", "apt install verilator")
    pytest.importorskip("pyosys")
    found = outcome(expectations)
    assert found.state is State.EQUAL, found
    assert found.pictures == 12


def test_an_altered_netlist_is_noticed(expectations, require_tool, monkeypatch):
    require_tool("verilator", "apt install verilator")
    pytest.importorskip("pyosys")
    from srq.verify import netlist

    synthesized = netlist.synthesized

    def altered(core, folder, netlists):
        made = synthesized(core, folder, netlists)
        path = folder / made[0]
        text = path.read_text()
        at = text.index("LUT6_2 #(")
        place = text.index("64'h", at) + 4
        digit = format(int(text[place], 16) ^ 4, "x")
        path.write_text(text[:place] + digit + text[place + 1 :])
        return made

    monkeypatch.setattr(netlist, "synthesized", altered)
    assert outcome(expectations).state is State.DIFFERENT


def test_of_a_black_box_only_the_ports_are_left():
    text = "// A cell.\nmodule cell (\n    input wire a\n);\nassign b = a;\nendmodule\n"
    assert black_box(text) == "(* blackbox *)\nmodule cell (\n    input wire a\n);\nendmodule\n"
