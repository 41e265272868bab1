"""The simulation's own checks: each misuse is found, and told."""

import subprocess
from pathlib import Path

import pytest

from srq.export.hls.sources import source_folder
from tests.hw.kernels import GET_COMPILER


@pytest.fixture(scope="module")
def misuse(tmp_path_factory, request):
    compiler = request.getfixturevalue("require_tool")("g++", GET_COMPILER)
    binary = tmp_path_factory.mktemp("clock") / "misuse"
    source = Path(__file__).with_name("misuse.cpp")
    flags = ["-std=c++14", "-Wall", "-Wextra", "-Werror", f"-I{source_folder() / 'sim'}"]
    subprocess.run([compiler, *flags, str(source), "-o", str(binary)], check=True)
    return binary


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("two writers", "first is written by two processes: one and two"),
        ("two readers", "first is read by two processes: one and two"),
        ("twice in an iteration", "first is read twice in one iteration of reader"),
        ("words left", "words are left in first"),
        ("deadlock", "writer waits: first is full\n  reader waits: second is empty"),
        ("empty", "a read of first, which is empty"),
        ("too soon", "a word of memory is read 2 iterations after it was written, and not 3"),
    ],
)
def test_a_misuse_is_found(misuse, case, sentence):
    done = subprocess.run([misuse, case], capture_output=True, text=True, timeout=240)
    assert done.returncode == 3
    assert done.stderr.startswith("simulation: ")
    assert sentence in done.stderr


@pytest.mark.parametrize("case", ["nothing", "deep enough"])
def test_proper_use_is_not(misuse, case):
    done = subprocess.run([misuse, case], capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")
