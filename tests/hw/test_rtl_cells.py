"""The cells of the RTL core, each against a model, in Icarus Verilog under cocotb."""

import pytest

from tests.hw.rtl.bench import GET_ICARUS, run_bench

BUSY = {"gaps": 90, "waits": 90}
BLOCKED = {"gaps": 0, "waits": 200}
STARVED = {"gaps": 200, "waits": 0}
FREE = {"gaps": 0, "waits": 0}


@pytest.fixture
def bench(tmp_path, require_tool):
    require_tool("iverilog", GET_ICARUS)

    def run(top, test, **choices):
        run_bench(tmp_path, top, "tests.hw.rtl.cells", test, choices)

    return run


@pytest.mark.parametrize("flow", [FREE, BUSY], ids=["free", "busy"])
def test_a_skid_register_keeps_every_beat(bench, flow):
    bench("srq_skid", "skid", BITS=8, **flow)


@pytest.mark.parametrize(("bits", "words"), [(18, 5), (4, 1)], ids=str)
def test_a_chain_is_filled_word_by_word(bench, bits, words):
    bench("srq_chain", "chain", BITS=bits, WORDS=words, **BUSY)


@pytest.mark.parametrize(
    ("depth", "flow"), [(2, FREE), (2, BUSY), (5, BLOCKED), (5, STARVED)], ids=str
)
def test_a_fifo_keeps_every_beat(bench, depth, flow):
    bench("srq_fifo", "fifo", BITS=8, DEPTH=depth, **flow)


def test_a_fifo_is_as_deep_as_it_says(bench):
    bench("srq_fifo", "fifo_fills", BITS=8, DEPTH=5, **FREE)


@pytest.mark.parametrize("latency", [0, 1, 4])
def test_valid_bits_go_along_with_a_pipeline(bench, latency):
    bench("srq_pipe", "pipe", LATENCY=latency, **BUSY)


@pytest.mark.parametrize("flow", [FREE, BUSY], ids=["free", "busy"])
@pytest.mark.parametrize(("latency", "places"), [(1, 2), (2, 4), (5, 16), (14, 16), (15, 32)])
def test_results_of_a_free_pipeline_find_a_place(bench, latency, places, flow):
    bench("srq_flow", "flow", BITS=8, LATENCY=latency, PLACES=places, **flow)


@pytest.mark.parametrize("readers", [1, 3])
def test_a_fork_gives_each_reader_every_beat_once(bench, readers):
    bench("srq_fork", "fork", READERS=readers, **BUSY)


@pytest.mark.parametrize(
    ("pixels", "sides", "late", "size", "flow"),
    [
        (1, (1, 1, 1, 1), 0, (5, 7), FREE),
        (1, (1, 1, 1, 1), 1, (5, 7), FREE),
        (1, (1, 1, 1, 1), 0, (4, 5), BUSY),
        (1, (1, 1, 1, 1), 1, (4, 5), BUSY),
        (1, (0, 0, 2, 2), 0, (3, 4), FREE),
        (1, (0, 0, 2, 2), 1, (3, 4), BUSY),
        (1, (2, 3, 0, 1), 0, (2, 3), BUSY),  # frames smaller than the delay
        (1, (2, 3, 0, 1), 1, (2, 3), BUSY),
        (1, (1, 2, 4, 5), 0, (3, 1), BUSY),
        (1, (1, 1, 1, 1), 0, (1, 1), FREE),
        (1, (1, 1, 1, 1), 1, (1, 1), FREE),
        (2, (1, 1, 1, 1), 0, (4, 9), FREE),
        (2, (0, 1, 3, 2), 0, (3, 8), BUSY),
        (4, (2, 1, 1, 5), 0, (4, 13), BUSY),
        (4, (2, 1, 1, 5), 1, (4, 13), BUSY),
        (4, (1, 1, 2, 2), 0, (2, 3), FREE),
        (1, (3, 0, 3, 0), 0, (6, 20), STARVED),
        (1, (0, 2, 0, 2), 1, (6, 20), BLOCKED),
    ],
    ids=str,
)
def test_a_window_has_zeros_beyond_the_border(bench, pixels, sides, late, size, flow):
    names = dict(zip(("TOP", "BOTTOM", "LEFT", "RIGHT"), sides, strict=True))
    bench(
        "srq_window",
        "window",
        PIXEL_BITS=5,
        PIXELS=pixels,
        MAX_BEATS=20,
        LATE=late,
        **names,
        size=size,
        **flow,
    )


@pytest.mark.parametrize(
    ("scale", "pixels", "size", "flow"),
    [
        (2, 1, (4, 8), FREE),
        (2, 1, (3, 7), BUSY),
        (3, 1, (3, 7), BUSY),
        (3, 2, (3, 12), FREE),
        (4, 1, (2, 5), BLOCKED),
        (2, 4, (3, 8), STARVED),
        (2, 1, (3, 1), BUSY),
    ],
    ids=str,
)
def test_blocks_become_lines(bench, scale, pixels, size, flow):
    bench(
        "srq_raster",
        "raster",
        PIXEL_BITS=4,
        SCALE=scale,
        PIXELS=pixels,
        MAX_BEATS=9,
        size=size,
        **flow,
    )
