"""The exported kernel, simulated: the same integers, with FIFOs as deep as they are declared."""

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings

from srq.export.hls import Hls
from srq.program import load
from srq.program.reference import Reference
from srq.verify.hls import Build, hls
from srq.zoo import resolve
from tests.hw.kernels import (
    GET_COMPILER,
    deepen,
    exported,
    fifos,
    make,
    nested_joins,
    run_testbench,
    shell,
    small_program,
    two_lines_of_blocks,
    wide_blocks,
)
from tests.kim_program import kim_program
from tests.strategies import programs

TIMES = int(os.environ.get("SRQ_CONFORMANCE_EXAMPLES", "1"))
"""As in tests/conformance: so many times as many random programs."""

SIZES = [(1, 1), (1, 31), (13, 1), (2, 3), (23, 29)]


@pytest.fixture(scope="module", autouse=True)
def _compiler(request):
    request.getfixturevalue("require_tool")("g++", GET_COMPILER)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small program's export, its test bench built on plain integers."""
    folder = exported(small_program(), tmp_path_factory.mktemp("small") / "hls")
    make(folder, "FAST=1", "testbench-fast")
    return folder


def assert_equal(program, subject, picture):
    wanted = Reference(program)(picture, trace=True)
    came = subject.trace(picture)
    assert list(came) == list(wanted)
    for name, tensor in wanted.items():
        np.testing.assert_array_equal(came[name], tensor, err_msg=f"{name} of {picture.shape}")
    np.testing.assert_array_equal(subject.run(picture), wanted[program.output.name][0])


@pytest.mark.parametrize(
    ("program", "build"),
    [
        (kim_program(3, per_channel=True, bias=True), Build(fast=True)),
        (small_program(), Build(fast=True, axilite=True)),
    ],
    ids=["x3", "loaded"],
)
def test_every_tensor_is_the_reference_s(program, build):
    """Of the fast builds; tests/conformance compares the exact one."""
    rng = np.random.default_rng(1)
    with hls(program, build) as subject:
        for shape in SIZES:
            assert_equal(program, subject, rng.integers(0, 256, shape).astype(np.uint8))
        assert_equal(program, subject, np.full((9, 11), 255, np.uint8))


@settings(
    max_examples=2 * TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(programs(max_ops=9))
@example(nested_joins())
def test_any_graph_flows_through_fifos_of_their_depths(tmp_path_factory, program):
    assume(not Hls().check(program))  # such as a scale of 12: a beat too wide
    folder = exported(program, tmp_path_factory.mktemp("any") / "hls")
    make(folder, "FAST=1", "testbench-fast")
    for pipelines in (("1",), ("4",), ("4", "1"), ("4", "2")):
        done = run_testbench(folder, "testbench-fast", "--clocked", *pipelines)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("build", [Build(fast=True), Build(optimize="-O0")], ids=["fast", "exact"])
def test_a_block_of_several_words_is_the_reference_s(build):
    program = wide_blocks()
    rng = np.random.default_rng(1)
    with hls(program, build) as subject:
        assert_equal(program, subject, rng.integers(0, 256, (7, 5)).astype(np.uint8))


def test_a_copied_folder_builds_with_its_readme_s_commands_alone(tmp_path):
    folder = shutil.copytree(exported(small_program(), tmp_path / "hls"), tmp_path / "elsewhere")
    page = (folder / "README.md").read_text()
    commands = [
        line
        for block in re.findall(r"```\n(.*?)```", page, re.DOTALL)
        for line in block.splitlines()
        if line.startswith(("make", "./testbench"))
    ]
    assert len(commands) == 5
    (folder / "IN.pgm").write_bytes(b"P5\n3 2\n255\n" + bytes(range(0, 240, 40)))
    for command in commands:
        done = shell(folder, command)
        assert done.returncode == 0, done.stdout
        if command.startswith("make") and "lint" not in command:
            assert done.stdout.count("all equal") == 2  # by itself, and clocked
    picture = np.arange(0, 240, 40, dtype=np.uint8).reshape(2, 3)
    header = b"P5\n6 4\n255\n"
    wanted = Reference(small_program())(picture)
    assert (folder / "OUT.pgm").read_bytes() == header + wanted.tobytes()


def test_another_degradation_is_only_other_parameters(tmp_path):
    own = exported(load(resolve("kim-x2", "program")), tmp_path / "own")
    other = exported(load(resolve("kim-x2-compressed", "program")), tmp_path / "other")
    make(own, "FAST=1", "AXILITE=1", "testbench-fast-axilite")
    assert run_testbench(own, "testbench-fast-axilite").returncode == 0

    shutil.copy(other / "vectors.hpp", own)
    shutil.copy(other / "parameters.txt", own / "other.txt")
    make(own, "FAST=1", "AXILITE=1", "testbench-fast-axilite")
    assert run_testbench(own, "testbench-fast-axilite").returncode == 1
    done = run_testbench(own, "testbench-fast-axilite", "--parameters", "other.txt")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("pipelines", [("1",), ("4",), ("4", "1"), ("4", "2"), ("4", "3")])
def test_pictures_in_a_row_flow_through_fifos_of_their_depths(small, pipelines):
    done = run_testbench(small, "testbench-fast", "--clocked", *pipelines)
    assert done.returncode == 0, done.stdout + done.stderr
    for name, depth, most in re.findall(r"fifo (\S+) +depth +(\d+), most +(\d+)", done.stdout):
        assert int(most) <= int(depth), name


def test_a_pixel_enters_every_clock(small):
    done = run_testbench(small, "testbench-fast", "--clocked", "4")
    clocks, pictures_, rows, columns = (
        int(re.search(pattern, done.stdout)[1])
        for pattern in (r"gaps +0 +0: +(\d+) clocks", r" x (\d), gaps", r" x (\d+) ", r"(\d+) x ")
    )
    # Of a line, the pixels and what the widest kernel pads to the right; of the whole, what
    # flows through once: four lines, and the pipelines of all processes between the pictures.
    line = columns + 2
    assert clocks < pictures_ * ((rows + 3) * line + 16 * 6) + line


def test_a_fifo_too_shallow_is_a_deadlock_and_named(small, tmp_path):
    folder = shutil.copytree(small, tmp_path / "shallow")
    deep = max(fifos(folder), key=lambda name: fifos(folder)[name])
    deepen(folder, deep, 19)  # a line of the vectors' widest picture
    make(folder, "FAST=1", "testbench-fast")
    assert run_testbench(folder, "testbench-fast").returncode == 0, "without a clock, none is full"
    done = run_testbench(folder, "testbench-fast", "--clocked")
    assert done.returncode == 3
    assert "deadlock" in done.stderr
    assert f"{deep} is full" in done.stderr


def test_video_before_its_first_beat_is_dropped_and_wrong_marks_are_counted(small):
    (small / "video.cpp").write_bytes(Path(__file__).with_name("video.cpp").read_bytes())
    compiled = "g++ -std=c++14 -w -DSRQ_FAST -DSRQ_SIMULATION -Isim kernel.cpp video.cpp -o video"
    assert shell(small, compiled).returncode == 0
    proper, late, narrow, faults = shell(small, "./video").stdout.splitlines()
    picture = 20 * np.arange(12, dtype=np.uint8).reshape(3, 4)
    wanted = Reference(small_program())(picture)
    assert [int(pixel) for pixel in proper.split()] == wanted.reshape(-1).tolist()
    assert proper == late == narrow
    # Lines of 3 pixels where 4 are wanted: tlast at 2, 5 and 8 for nothing, none at 3 and 7.
    assert faults == "0 0 5"


def test_whole_blocks_wait_for_two_lines_where_lines_wait_for_one(tmp_path):
    """As docs/design/dataflow.md says: one line, and what pipelines hold back, are too few."""
    folder = exported(two_lines_of_blocks(), tmp_path / "blocks", stages=1)
    depth = fifos(folder)["S_lr_TO_base"]
    assert depth >= 2 * 19
    make(folder, "FAST=1", "testbench-fast")
    assert run_testbench(folder, "testbench-fast", "--clocked", "1").returncode == 0
    deepen(folder, "S_lr_TO_base", depth - 19)  # a line of the vectors' widest picture
    make(folder, "FAST=1", "testbench-fast")
    done = run_testbench(folder, "testbench-fast", "--clocked", "1")
    assert done.returncode == 3
    assert "S_lr_TO_base is full" in done.stderr
