"""Whole frames through an exported core in Icarus Verilog under cocotb: sizes, faults, resets."""

import pytest

from srq.export import export
from tests.hw.kernels import small_program
from tests.hw.rtl.bench import GET_ICARUS, run_bench


@pytest.fixture(scope="module")
def cores(tmp_path_factory):
    """``cores(pixels, output)``: the sources of a core, exported once."""
    made = {}

    def sources(pixels, output):
        if (pixels, output) not in made:
            folder = tmp_path_factory.mktemp("core") / "rtl"
            choices = {"pixels_per_clock": pixels, "output": output, "max_width": 40}
            export(small_program(), "rtl", folder, **choices)
            files = (folder / "files.f").read_text().split()
            made[pixels, output] = [folder / name for name in files]
        return made[pixels, output]

    return sources


@pytest.mark.parametrize(
    ("pixels", "output", "gaps", "waits"),
    [(1, "blocks", 0, 0), (1, "raster", 60, 120), (2, "raster", 0, 60), (4, "blocks", 60, 0)],
)
def test_a_core_keeps_its_word(cores, tmp_path, require_tool, pixels, output, gaps, waits):
    require_tool("iverilog", GET_ICARUS)
    choices = {"pixels": pixels, "raster": output == "raster", "gaps": gaps, "waits": waits}
    run_bench(
        tmp_path,
        "srq_small_core",
        "tests.hw.rtl.frames",
        None,
        choices,
        sources=cores(pixels, output),
    )
