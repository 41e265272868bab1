"""What each room drags in, seen from a fresh process: the contracts in pyproject.toml, live."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
TORCH_FREE = next(c for c in CONTRACTS if c["name"] == "Torch stays out")["source_modules"]
WITH_TORCH = {"srq.models", "srq.train", "srq.quant", "srq.lower", "srq.restore"}
# The command line reaches torch, but only from inside a command.
LAZY = {"srq.cli", "srq.__main__"}

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for found in pkgutil.walk_packages(getattr(package, "__path__", []), package.__name__ + "."):
    importlib.import_module(found.name)
print(*({"torch", "brevitas"} & set(sys.modules)))
"""


def fresh(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def rooms():
    return {
        f"srq.{path.stem}"
        for path in (ROOT / "srq").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"srq.__init__"}


@pytest.mark.parametrize("module", [*TORCH_FREE, "srq.cli"])
def test_importing_all_of_a_torch_free_room_leaves_torch_out(module):
    done = fresh("-W", "error", "-c", IMPORT_ALL, module)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "\n")


def test_every_room_is_placed():
    assert rooms() - WITH_TORCH - LAZY == set(TORCH_FREE)


def test_import_srq_is_light():
    script = "import sys; before = set(sys.modules); import srq; print(set(sys.modules) - before)"
    assert fresh("-c", script).stdout.strip() == "{'srq'}"
