"""The tools of the WebAssembly tests, asked for as other tools are."""

import subprocess
from pathlib import Path

from srq.export.wasm.compiler import compiler
from tests.missing import skipping

NODE = "apt-get install nodejs"
CHROMIUM = "apt-get install chromium"


def require_compiler_of(exporter: str) -> None:
    """Skip, or fail, where that exporter compiles and there is no compiler."""
    if exporter == "wasm":
        with skipping():
            compiler()


def run_node(node: str, folder: Path, script: str) -> str:
    """What ``script``, an ES module in ``folder``, prints."""
    (folder / "try.mjs").write_text(script)
    done = subprocess.run([node, "try.mjs"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
