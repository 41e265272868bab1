"""What Yosys makes of a core computes what the Program says."""

from dataclasses import replace

import pytest

from srq.stimuli.sets import for_verification
from srq.verify.check import Expectations, State, check
from srq.verify.netlist import kept_apart
from srq.verify.subjects import subjects
from tests.verify.programs import tiny


@pytest.mark.slow
def test_the_netlist_of_a_core_is_equal_and_an_altered_one_is_not(
    tmp_path, require_tool, require_package
):
    require_tool("verilator", "apt install verilator")
    require_package("pyosys")
    program, path = tiny(), tmp_path / "netlist.v"
    expectations = Expectations(program, for_verification(program, quick=True))
    entry = replace(subjects()["netlist"], choices={"kept": path})

    (found,) = check(program, {"netlist": entry}, expectations)
    assert found.state is State.EQUAL, found
    assert found.pictures == 12

    # One bit of a lookup table of the first layer's sums: its carry where a = 1 and b = c = 0.
    text = path.read_text()
    table = text.index("64'h", text.index("LUT6_2 #(")) + len("64'h") + 15
    altered = format(int(text[table], 16) ^ 2, "x")
    path.write_text(text[:table] + altered + text[table + 1 :])
    (found,) = check(program, {"netlist": entry}, expectations)
    assert found.state is State.DIFFERENT, found


def test_only_the_first_module_of_a_layer_stays_apart():
    text = "// A layer.\nmodule layer (\n);\nendmodule\n\nmodule fabric (\n);\nendmodule\n"
    kept = kept_apart(text)
    assert kept.index("(* keep_hierarchy *)\nmodule layer") < kept.index("module fabric")
    assert kept.count("keep_hierarchy") == 1
