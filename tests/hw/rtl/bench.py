"""Builds a top module in Icarus Verilog and runs a cocotb bench on it."""

import json
import sys
from contextlib import suppress
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

ROOT = Path(__file__).parents[3]
HARDWARE = ROOT / "hw" / "rtl"
GET_ICARUS = "apt install iverilog"


def run_bench(folder, top, module, test, choices, *, sources=None):
    """Run the cocotb tests of ``module``, or only ``test``, on ``top``; its parameters are the
    upper-case ``choices``."""
    runner = get_runner("icarus")
    parameters = {name: value for name, value in choices.items() if name.isupper()}
    runner.build(
        sources=sources or [HARDWARE / f"{top}.sv", *cells_of(top)],
        hdl_toplevel=top,
        parameters=parameters,
        build_args=["-g2012"],
        build_dir=folder,
        timescale=("1ns", "1ns"),
        log_file=folder / "build.log",
    )
    path = ":".join([str(ROOT), *filter(None, sys.path)])
    results = folder / "results.xml"
    with suppress(SystemExit):  # where one fails, whose log says why
        runner.test(
            hdl_toplevel=top,
            test_module=module,
            testcase=test,
            test_dir=folder,
            build_dir=folder,
            results_xml=str(results),
            extra_env={"BENCH_CHOICES": json.dumps(choices), "PYTHONPATH": path},
            log_file=folder / "test.log",
        )
    count, failed = get_results(results)
    log = (folder / "test.log").read_text()
    assert count >= 1
    assert failed == 0, log[-6000:]


def cells_of(top):
    """The files that a cell needs beside its own."""
    return [HARDWARE / "srq_line.sv"] if top == "srq_window" else []
