"""Wires that reach few cells each: what drives a wire to many is copied, as vendors' tools do.

An enable of a core reaches thousands of registers, and nextpnr routes it as one wire.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from srq.verify.yosys import run_yosys

_CLOCKS = ("CLK", "CLKA", "CLKB", "WCK")
"""Ports that have a network of their own."""

_COPIED = ("LUT4", "TRELLIS_FF")
"""Cells of one output that another like them can stand beside; others get a buffer."""

Load = tuple[str, str, int]
"""A cell, its port, and the place of the wire in it."""


def flattened(netlist: Path, top: str, to: Path) -> None:
    """Write a JSON netlist of modules as one of a single module."""
    apart = "setattr -mod -unset keep_hierarchy *"  # so that layers could be counted
    passes = [f"read_json {netlist.resolve()}", f"hierarchy -top {top}", apart, "flatten"]
    run_yosys([*passes, f"write_json {to.resolve()}"], to.parent)


def limit_fanout(netlist: Path, top: str, most: int) -> int:
    """Rewrite a flat netlist so that each wire, but for clocks, reaches at most ``most`` cells'
    ports; return how many cells that took.

    Neighbours by their names share a wire, for a bus is named alike. A register is copied with
    what it holds at first, so all copies hold the same at all times.
    """
    design = json.loads(netlist.read_text())
    module = design["modules"][top]
    before = len(module["cells"])
    while _cut(module, most):
        pass  # A copy is one load more of what drives it.
    netlist.write_text(json.dumps(design))
    return len(module["cells"]) - before


def _cut(module: dict[str, Any], most: int) -> bool:
    """Cut every wire with more than ``most`` loads into such of no more; say whether one was."""
    cells: dict[str, dict[str, Any]] = module["cells"]
    drivers, loads = _ends(cells)
    free = 1 + max(
        bit for net in module["netnames"].values() for bit in net["bits"] if isinstance(bit, int)
    )
    long = [bit for bit, ends in loads.items() if len(ends) > most and bit in drivers]
    for bit in long:
        name, port = drivers[bit]
        ends = sorted(loads[bit], key=lambda end: _natural(end[0]))
        parts = -(-len(ends) // most)
        size = -(-len(ends) // parts)  # even parts leave room for loads that copies add
        kept = size if cells[name]["type"] in _COPIED else 0  # buffers are loads as well
        for first in range(kept, len(ends), size):
            copy = f"{name}$copy{free}"
            cells[copy] = _copy(cells[name], port, bit, free)
            module["netnames"][copy] = {"hide_name": 1, "bits": [free], "attributes": {}}
            for cell, into, place in ends[first : first + size]:
                cells[cell]["connections"][into][place] = free
            free += 1
    return bool(long)


def _ends(
    cells: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[int, tuple[str, str]], dict[int, list[Load]]]:
    """Of each wire the cell and port that drive it, and its loads, without clocks."""
    drivers: dict[int, tuple[str, str]] = {}
    loads: defaultdict[int, list[Load]] = defaultdict(list)
    for name, cell in cells.items():
        for port, bits in cell["connections"].items():
            is_output = cell["port_directions"][port] == "output"
            for place, bit in enumerate(bits):
                if isinstance(bit, str):
                    continue  # a constant
                if is_output:
                    drivers[bit] = name, port
                elif port not in _CLOCKS:
                    loads[bit].append((name, port, place))
    return drivers, loads


def _copy(cell: Mapping[str, Any], port: str, bit: int, free: int) -> dict[str, Any]:
    """A cell that drives the wire ``free`` as ``cell`` drives ``bit``."""
    if cell["type"] not in _COPIED:
        return {  # a buffer
            "hide_name": 1,
            "type": "LUT4",
            "parameters": {"INIT": f"{0xAAAA:016b}"},  # its input A
            "attributes": {},
            "port_directions": {**dict.fromkeys("ABCD", "input"), "Z": "output"},
            "connections": {"A": [bit], "B": ["0"], "C": ["0"], "D": ["0"], "Z": [free]},
        }
    connections = {name: list(bits) for name, bits in cell["connections"].items()}
    return {**cell, "connections": {**connections, port: [free]}}


def _natural(name: str) -> list[str | int]:
    """So that v9 comes before v10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
