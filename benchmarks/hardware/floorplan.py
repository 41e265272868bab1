"""Where a placed core's layers lie on the device: of each tile the layer that takes most of it."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.hardware.tables import FLOORPLAN, STREAMS

_TILE = re.compile(r"X(\d+)/Y(\d+)/")
_LAYER = re.compile(r"sum\d+_(\w+?)[./]")
"""The instance of a layer in the top module."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_EMPTY = "."


def floor_plan(placed: Path) -> dict[str, Any]:
    """Of a netlist with every cell's place, as nextpnr writes it: the layers, and rows of letters.

    A letter is a tile's layer, by its place in ``layers``. Cells whose names do not say whose they
    are, carry chains' ends for the most part, are left out.
    """
    modules = json.loads(placed.read_text())["modules"].values()
    cells = max((module["cells"] for module in modules), key=len)
    tiles: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for name, cell in cells.items():
        place = _TILE.match(cell["attributes"].get("NEXTPNR_BEL", ""))
        if place and cell["type"].startswith("TRELLIS") and not name.startswith("$nextpnr"):
            layer = _LAYER.match(name)
            tiles[int(place[2]), int(place[1])][layer[1] if layer else STREAMS] += 1
    layers = sorted({layer for tile in tiles.values() for layer in tile})
    high, wide = (1 + max(place[axis] for place in tiles) for axis in (0, 1))
    rows = [[_EMPTY] * wide for _ in range(high)]
    for (y, x), tile in tiles.items():
        rows[y][x] = _LETTERS[layers.index(max(tile, key=lambda layer: tile[layer]))]
    return {"layers": layers, "rows": ["".join(row) for row in rows]}


def plot(path: Path) -> None:
    """Draw the floor plan of the result file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    found = harness.read_result(FLOORPLAN)
    colours = ["white", *(f"C{n}" for n in range(10))]
    numbers = [[(_EMPTY + _LETTERS).index(tile) for tile in row] for row in found["rows"]]
    figure = Figure(figsize=(8, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.imshow(numbers, cmap=ListedColormap(colours), vmin=0, vmax=len(colours) - 1)
    axes.set_axis_off()
    patches = [
        Patch(color=colours[n + 1], label="all but the layers" if layer == STREAMS else layer)
        for n, layer in enumerate(found["layers"])
    ]
    figure.legend(handles=patches, loc="outside right upper", fontsize="small")
    figure.savefig(path, format="png", dpi=110)
