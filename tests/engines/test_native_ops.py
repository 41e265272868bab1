"""Every op that an instruction set must provide, against a scalar definition of it."""

import re
import subprocess
from functools import cache

import pytest

from tests.native_programs import AARCH64, SOURCE, build, needed_for_aarch64

native = pytest.importorskip(
    "srq.engines.native", reason="the native engine is not built", exc_type=ImportError
)

CONTRACT = (SOURCE / "src" / "kernels" / "isa" / "ops.hpp").read_text(encoding="utf-8")
"""Declares each op as a pointer to a function."""

OPS, QUAD_OPS, EXACT_OPS, CHUNK_OPS = (
    re.findall(r"\(\*(\w+)\)\(", part) for part in re.split(r"struct \w*OpsContract", CONTRACT)[1:]
)


@cache
def right_ops(program, *emulator):
    """The ops that ``program`` found right, and what it prints of the others."""
    command = [*emulator, str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done
    return done.stdout.split(), done.stderr


@pytest.fixture(scope="module")
def programs(tmp_path_factory, require_tool):
    """A program for each instruction set that this machine can run."""
    require_tool("cmake", "apt install cmake")
    require_tool("c++", "apt install g++")
    targets = tuple(f"srq_ops_{isa}" for isa in native.isas())
    flags = "-O1 -fsanitize=undefined -fno-sanitize-recover=all"
    return build(tmp_path_factory.mktemp("ops"), flags, targets=targets)


@pytest.fixture(scope="module")
def neon_programs(tmp_path_factory, require_tool):
    require_tool("cmake", "apt install cmake")
    compiler, emulator = needed_for_aarch64(require_tool)
    targets = ("srq_ops_neon", "srq_ops_neondot", "srq_ops_neoni8mm", "srq_ops_portable")
    folder = tmp_path_factory.mktemp("neon")
    return build(folder, "-O1 -static", compiler, *AARCH64, targets=targets), emulator


def test_the_contract_declares_ops():
    assert {"load", "dot_pairs", "interleave_halves"} < set(OPS)
    assert (EXACT_OPS, CHUNK_OPS) == (["dot_quads"], ["multiply_bytes"])
    assert "pack_bytes" in QUAD_OPS


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("isa", native.isas())
def test_an_op(op, isa, programs):
    right, errors = right_ops(programs / f"srq_ops_{isa}")
    assert op in right, errors


@pytest.mark.parametrize("isa", native.isas())
def test_the_ops_on_quads(isa, programs):
    right, errors = right_ops(programs / f"srq_ops_{isa}")
    others = [op for op in right if op not in OPS]
    expected = {
        "none": [],
        "exact": QUAD_OPS + EXACT_OPS,
        "chunks": QUAD_OPS + CHUNK_OPS,
    }
    kind = re.search(r"kQuads = Quads::(\w+)", header(isa))
    assert others == expected[kind[1] if kind else "none"], errors


@pytest.mark.parametrize("op", OPS)
def test_an_op_of_neon(op, neon_programs):
    folder, emulator = neon_programs
    right, errors = right_ops(folder / "srq_ops_neon", emulator)
    assert op in right, errors


@pytest.mark.parametrize(("isa", "processor"), [("neondot", "cortex-a76"), ("neoni8mm", "max")])
def test_the_ops_of_neon_with_dot_products(isa, processor, neon_programs):
    folder, emulator = neon_programs
    right, errors = right_ops(folder / f"srq_ops_{isa}", emulator, "-cpu", processor)
    assert right == OPS + QUAD_OPS + EXACT_OPS, errors


@pytest.mark.parametrize("op", OPS)
def test_an_op_compiled_for_another_processor(op, neon_programs):
    folder, emulator = neon_programs
    right, errors = right_ops(folder / "srq_ops_portable", emulator)
    assert op in right, errors


def header(isa):
    return (SOURCE / "src" / "kernels" / "isa" / f"{isa}.hpp").read_text(encoding="utf-8")
