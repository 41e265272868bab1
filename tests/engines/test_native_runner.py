"""The native engine's core without Python: under sanitizers, and on another processor."""

import os
import subprocess

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from srq.fixed import Format
from srq.program.reference import Reference
from tests.kim_program import kim_program
from tests.native_programs import AARCH64, build, needed_for_aarch64
from tests.stacks import stack
from tests.strategies import pictures, programs

native = pytest.importorskip(
    "srq.engines.native", reason="the native engine is not built", exc_type=ImportError
)

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
    """A file of random programs, and of whole networks at sizes around a tile's."""
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
    shapes = [(1, 1), (5, 127), (36, 70), (3, 129)]
    for scale, bits in ((2, {}), (3, {}), (2, {"weight_bits": 8, "activation_bits": 8})):
        program = kim_program(scale, per_channel=True, bias=True, **bits)
        made += [case(program, rng.integers(0, 256, shape).astype(np.uint8)) for shape in shapes]
    for values in (Format(False, 14, 14), Format(True, 8, 8)):
        program = stack(0, width=9, blocks=2, values=values, skip=True)
        made += [case(program, rng.integers(0, 256, shape).astype(np.uint8)) for shape in shapes]
    path = tmp_path_factory.mktemp("cases") / "cases"
    path.write_bytes(b"".join(made))
    return path, len(made)


def run(folder, cases, isa, threads, emulator=()):
    path, count = cases
    runner, times = str(folder / "srq_runner"), "2"  # its memory used again
    command = [*emulator, runner, str(path), isa, str(threads), times]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{isa}: {count} cases are right\n"), (
        done.stdout + done.stderr
    )


@pytest.mark.parametrize("sanitizers", ["address,undefined", "thread"])
def test_every_instruction_set_under_sanitizers(sanitizers, cases, tmp_path, require_tool):
    require_tool("cmake", "apt install cmake")
    require_tool("c++", "apt install g++")
    # Without optimizing: sanitized vector kernels take minutes to compile with it.
    options = "-O0", f"-DSRQ_SANITIZE={sanitizers}"
    folder = build(tmp_path, *options, targets=("srq_runner",))
    for isa in native.isas():
        run(folder, cases, isa, threads=3)


def test_neon(cases, tmp_path, require_tool):
    require_tool("cmake", "apt install cmake")
    compiler, emulator = needed_for_aarch64(require_tool)
    folder = build(tmp_path, "-O1 -static", compiler, *AARCH64, targets=("srq_runner",))
    run(folder, cases, "neoni8mm", 2, [emulator, "-cpu", "max"])
    run(folder, cases, "neondot", 2, [emulator, "-cpu", "cortex-a76"])
    run(folder, cases, "neon", 2, [emulator])
    run(folder, cases, "portable", 1, [emulator])
