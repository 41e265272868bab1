"""Yosys, in a process of its own."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from srq.errors import MissingDependencyError

_RUN = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for line in sys.stdin.read().splitlines():
    libyosys.run_pass(line, design)
"""


def models(target: str) -> Path:
    """Yosys' models of the primitives of a target; MissingDependencyError without pyosys."""
    return _package() / "share" / target / "cells_sim.v"


def run_yosys(passes: Iterable[str], folder: Path) -> str:
    """Run Yosys' commands in ``folder``; what it said. RuntimeError if one failed.

    Raises MissingDependencyError where there is no pyosys.
    """
    _package()
    done = subprocess.run(
        [sys.executable, "-c", _RUN],
        input="\n".join(passes),
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"Yosys failed:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def _package() -> Path:
    """Where pyosys is. To import it here would load what comes after it for all to see."""
    found = importlib.util.find_spec("pyosys")
    if found is None or found.origin is None:
        raise MissingDependencyError("Synthesis needs pyosys; pip install 'srq[rtl]'.")
    return Path(found.origin).parent
