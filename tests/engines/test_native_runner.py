"""The native engine's core without Python: under sanitizers, and on another processor."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import srq
from srq.program.reference import Reference
from tests.kim_program import kim_program
from tests.strategies import pictures, programs

native = pytest.importorskip("srq.engines.native", reason="the native engine is not built")

SOURCE = Path(srq.__file__).parent / "engines" / "native"
EXAMPLES = int(os.environ.get("SRQ_EXAMPLES", "60"))


def case(program, picture):
    """A program, a picture and its enlargement as runner.cpp reads them."""
    from srq.engines.native.encoding import encode

    words = encode(program)
    larger = Reference(program)(picture)
    pieces = [[len(words)], words, picture.shape, picture.ravel(), larger.ravel()]
    return np.concatenate([np.asarray(piece, np.int32) for piece in pieces]).tobytes()


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """A file of random programs, and of the paper's network at sizes around a tile's."""
    made = []

    @seed(5)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def collect(data):
        program = data.draw(programs(picture_bits=(8, 10, 16)))
        made.append(case(program, data.draw(pictures(program))))

    collect()
    rng = np.random.default_rng(0)
    for scale, bits in ((2, {}), (3, {}), (2, {"weight_bits": 8, "activation_bits": 8})):
        program = kim_program(scale, per_channel=True, bias=True, **bits)
        shapes = [(1, 1), (5, 127), (36, 70), (3, 129)]
        made += [case(program, rng.integers(0, 256, shape).astype(np.uint8)) for shape in shapes]
    path = tmp_path_factory.mktemp("cases") / "cases"
    path.write_bytes(b"".join(made))
    return path, len(made)


def build(folder, flags, *options):
    commands = [
        ["cmake", "-S", SOURCE, "-B", folder, "-DSRQ_RUNNER=ON", "-DCMAKE_BUILD_TYPE=None"],
        ["cmake", "--build", folder, "--parallel", "2"],
    ]
    commands[0] += [f"-DCMAKE_CXX_FLAGS={flags}", *options]
    for command in commands:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "srq_runner"


def run(runner, cases, isa, threads, emulator=()):
    path, count = cases
    command = [*emulator, str(runner), str(path), isa, str(threads), "2"]  # its memory used again
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{isa}: {count} cases are right\n"), (
        done.stdout + done.stderr
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("sanitizers", ["address,undefined", "thread"])
def test_every_instruction_set_under_sanitizers(sanitizers, cases, tmp_path, require_tool):
    require_tool("cmake", "apt install cmake")
    require_tool("c++", "apt install g++")
    # Without optimizing: sanitized vector kernels take minutes to compile with it.
    runner = build(tmp_path, "-O0", f"-DSRQ_SANITIZE={sanitizers}")
    for isa in native.isas():
        run(runner, cases, isa, threads=3)


@pytest.mark.timeout(600)
def test_neon(cases, tmp_path, require_tool):
    require_tool("cmake", "apt install cmake")
    compiler = require_tool("aarch64-linux-gnu-g++", "apt install g++-aarch64-linux-gnu")
    emulator = require_tool("qemu-aarch64", "apt install qemu-user")
    runner = build(
        tmp_path,
        "-O1 -static",
        f"-DCMAKE_CXX_COMPILER={compiler}",
        "-DCMAKE_SYSTEM_NAME=Linux",
        "-DCMAKE_SYSTEM_PROCESSOR=aarch64",
    )
    run(runner, cases, "neon", 2, [emulator])
    run(runner, cases, "portable", 1, [emulator])
