"""The tools of the WebAssembly tests, asked for as other tools are."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from srq.errors import MissingDependencyError
from srq.export.wasm.compiler import compiler

NODE = "apt-get install nodejs"
CHROMIUM = "apt-get install chromium"


@contextmanager
def a_compiler():
    """Without any, the test skips and says how to get it; under SRQ_REQUIRE_TOOLS=1 it fails."""
    try:
        yield
    except MissingDependencyError as error:
        if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))


def require_compiler_of(exporter: str) -> None:
    """Skip, or fail, where that exporter compiles and there is no compiler."""
    if exporter == "wasm":
        with a_compiler():
            compiler()


def run_node(node: str, folder: Path, script: str) -> str:
    """What ``script``, an ES module in ``folder``, prints."""
    (folder / "try.mjs").write_text(script)
    done = subprocess.run([node, "try.mjs"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
