"""docs/guide/export/c.md: its table of memory is what the schedule says, its commands run."""

import re
import subprocess
import sys
from pathlib import Path

from srq.export.c.schedule import schedule
from srq.program import load
from srq.zoo import resolve

PAGE = (Path(__file__).parents[2] / "docs" / "guide" / "export" / "c.md").read_text()
WIDTHS = (160, 320, 640, 1280, 1920, 3840)
NETWORKS = (("kim-x2", 512), ("kim-x3", 512), ("kim-x4", 512), ("kim-x2", 16))
"""And the widest block: what the header chooses, then narrow ones for little memory."""


def memory_table():
    head = f"| network | block | {' | '.join(str(width) for width in WIDTHS)} |"
    rows = [head, "|---|---:|" + "---:|" * len(WIDTHS)]
    for name, block in NETWORKS:
        plan = schedule(load(resolve(name, "program")))
        memory = plan.memory
        sizes = [memory.size(width, min(plan.default_block(width), block)) for width in WIDTHS]
        rows.append(f"| `{name}` | {block} | {' | '.join(f'{size:,}' for size in sizes)} |")
    return "\n".join(rows)


def test_the_table_of_memory_is_that_of_the_zoo():
    (table,) = re.findall(r"<!-- memory -->\n\n(.*?)\n\n<!-- end", PAGE, re.DOTALL)
    assert table == memory_table()


def test_the_first_commands_run(require_tool, tmp_path):
    require_tool("make", "apt-get install make")
    export, make = re.findall(r"```\n(.*?)\n```", PAGE, re.DOTALL)[0].splitlines()
    assert export.startswith("srq export c ")
    command = [sys.executable, "-m", *export.split()]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    made = [*make.split(), "CFLAGS=-O1"]
    done = subprocess.run(made, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.count("equal: ") == 2
