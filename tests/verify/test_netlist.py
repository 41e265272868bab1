"""What Yosys makes of a core computes what the Program says."""

from dataclasses import replace

import pytest

from srq.stimuli.sets import for_verification
from srq.verify.check import Expectations, State, check
from srq.verify.netlist import black_box
from srq.verify.subjects import subjects
from tests.verify.programs import tiny


@pytest.fixture(scope="module")
def netlists(tmp_path_factory):
    """Where the netlists of layers are kept."""
    return tmp_path_factory.mktemp("netlists")


@pytest.fixture
def outcome(netlists, require_tool):
    require_tool("verilator", "apt install verilator")
    pytest.importorskip("pyosys")
    program = tiny()
    expectations = Expectations(program, for_verification(program, quick=True))
    entry = replace(subjects()["netlist"], choices={"netlists": netlists})

    def run():
        (found,) = check(program, {"netlist": entry}, expectations)
        return found

    return run


def test_the_netlist_of_a_core_is_equal_and_an_altered_one_is_not(outcome, netlists):
    found = outcome()
    assert found.state is State.EQUAL, found
    assert found.pictures == 12

    # One bit of one lookup table of the first layer's sums.
    path = netlists / "srq_tiny_core_head_sum.v"
    text = path.read_text()
    place = text.index("64'h", text.index("LUT6_2 #(")) + len("64'h") + 15
    altered = format(int(text[place], 16) ^ 2, "x")
    path.write_text(text[:place] + altered + text[place + 1 :])
    assert outcome().state is State.DIFFERENT


def test_of_a_black_box_only_the_ports_are_left():
    text = "// A cell.\nmodule cell (\n    input wire a\n);\nassign b = a;\nendmodule\n"
    assert black_box(text) == "(* blackbox *)\nmodule cell (\n    input wire a\n);\nendmodule\n"
