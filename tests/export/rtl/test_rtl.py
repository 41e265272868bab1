"""The RTL exporter: what it refuses, when pixels leave, and its folder followed to the letter."""

import subprocess

import pytest

from srq.errors import ConfigError, MissingDependencyError
from srq.export import export
from srq.export.rtl import MOST_WEIGHTS, Rtl
from srq.export.rtl.processes import processes_of
from srq.verify import rtl as subject
from srq.verify.yosys import run_yosys
from tests.hw.kernels import early_window, small_program, two_lines_of_blocks
from tests.kim_program import kim_program
from tests.verify.programs import tiny


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"datapath": "analog"}, "The datapath is one of constant"),
        ({"pixels_per_clock": 3}, "The number of pixels a clock is one of 1, 2 or 4, not 3."),
        ({"target": "asic"}, "The target is one of xilinx, ecp5 or generic, not 'asic'."),
        ({"output": "planes"}, "The output is one of blocks or raster, not 'planes'."),
        ({"max_width": 0}, "The maximum width must be an integer of 1 to 16384, not 0."),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(choices, sentence):
    with pytest.raises(ConfigError) as error:
        Rtl(**choices)
    assert str(error.value).startswith(sentence)


def test_a_program_that_is_too_large_is_refused_with_the_reason(monkeypatch):
    assert Rtl().check(kim_program()) == []
    monkeypatch.setattr("srq.export.rtl.MOST_WEIGHTS", 100)
    (problem,) = Rtl(pixels_per_clock=2).check(tiny())
    assert "2 pixels a clock would have 126 weights at work, and 100 are possible" in problem
    assert MOST_WEIGHTS > 100


def test_an_accumulator_is_summed_where_it_is_added():
    names = [process.name for process in processes_of(kim_program())]
    program = kim_program()
    summed = [op.name for op in program.convs if op.format is None]
    assert summed
    assert not set(summed) & set(names)


@pytest.mark.parametrize("pixels", [1, 2, 4])
@pytest.mark.parametrize("output", ["blocks", "raster"])
def test_a_frame_of_full_hd_takes_a_clock_a_pixel_four_lines_and_200(pixels, output):
    core = Rtl(pixels_per_clock=pixels, output=output).core(kim_program())
    line = 1920 // pixels
    assert core.clocks(1080, 1920) <= 1080 * line + 4 * line + 200
    pipelines = sum(module.latency for module in core.modules.values())
    around = {1: 7, 2: 5, 4: 5}[pixels]  # of 1, 2, 2, 1 and 1 pixels to the right, in beats
    entry = 1
    flows = 2 * len(core.modules)  # a register before each layer and a memory behind it
    clocks = entry + 3 * line + around + 5 + pipelines + flows
    assert core.latency(1920) == clocks + (line + 1) * (output == "raster")


@pytest.mark.parametrize(
    ("program", "choices"),
    [
        (tiny(), {}),
        (small_program(), {"pixels_per_clock": 2, "output": "raster", "max_width": 41}),
        (small_program(), {"datapath": "dsp", "pixels_per_clock": 4}),
        (small_program(), {"datapath": "folded", "clocks_per_pixel": 3, "max_width": 41}),
        (two_lines_of_blocks(), {"output": "raster"}),
        (tiny(bits=10), {"target": "xilinx"}),
        (early_window(), {"max_width": 41}),
        (early_window(), {"datapath": "dsp", "max_width": 41}),
    ],
    ids=["tiny", "raster", "dsp", "folded", "blocks", "deep", "early", "early-dsp"],
)
def test_the_readme_of_a_folder_followed_to_the_letter(tmp_path, require_tool, program, choices):
    require_tool("iverilog", "apt install iverilog")
    require_tool("verilator", "apt install verilator")
    export(program, "rtl", tmp_path / "core", **choices)
    done = subprocess.run(["make"], cwd=tmp_path / "core", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "equal"
    done = subprocess.run(["make", "lint"], cwd=tmp_path / "core", capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_test_bench_finds_a_mistake(tmp_path, require_tool):
    require_tool("iverilog", "apt install iverilog")
    export(tiny(), "rtl", tmp_path / "core")
    cell = tmp_path / "core" / "srq_window.sv"
    text = cell.read_text()
    wrong = text.replace("row_first[k] = k == TOP", "row_first[k] = k <= TOP")
    assert wrong != text
    cell.write_text(wrong)
    done = subprocess.run(["make"], cwd=tmp_path / "core", capture_output=True, text=True)
    assert done.returncode != 0
    assert "DIFFERENT" in done.stdout


@pytest.mark.parametrize(
    "choices", [{}, {"datapath": "dsp"}, {"datapath": "dsp", "loadable": True}], ids=str
)
def test_yosys_finds_every_module_and_set(tmp_path, require_package, choices):
    require_package("pyosys")
    export(tiny(), "rtl", tmp_path / "core", target="xilinx", **choices)
    script = (tmp_path / "core" / "synth.ys").read_text()
    lines = [line for line in script.splitlines() if not line.startswith(("#", "tee"))]
    # Up to where the design is checked against the vendor's cells.
    run_yosys([*lines[:-1], f"{lines[-1]} -run begin:prepare"], tmp_path / "core")


@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_data_of_video_are_whole_bytes(pixels):
    for program, wide, out in ((tiny(), 8, 8), (tiny(bits=10), 10, 10), (small_program(), 8, 8)):
        files = Rtl(pixels_per_clock=pixels).files(program)
        top = files[f"srq_{program.name}_core.sv"].decode()
        for port, bits in (("s", pixels * wide), ("m", pixels * 4 * out)):
            assert f" [{-(-bits // 8) * 8 - 1}:0] {port}_axis_tdata," in top


def test_a_missing_simulator_is_told(monkeypatch):
    monkeypatch.setenv(subject.SIMULATOR, "no-verilator")
    sentence = "there is no 'no-verilator'; apt install"
    with pytest.raises(MissingDependencyError, match=sentence), subject.rtl(tiny()):
        pass
