import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.dataflow import reach_of
from srq.datasets.benchmarks import load_benchmark
from srq.datasets.protocol import clean_pair
from srq.engines import open_engine
from srq.errors import ConfigError, DataError, ImageError, MissingDependencyError
from srq.program import load
from srq.program.reference import Reference
from srq.zoo import resolve
from tests.kim_program import kim_program
from tests.strategies import pictures, programs
from tests.zoo_programs import SMALL

try:
    from srq.engines import native
except ImportError:  # pragma: no cover
    if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
        raise
    pytest.skip(
        "the native engine is not built; install a C++ compiler and run scripts/install dev",
        allow_module_level=True,
    )

EXAMPLES = int(os.environ.get("SRQ_EXAMPLES", "60"))
"""Of the properties below; benchmarks and releases may ask for thousands."""

PICTURES = int(os.environ.get("SRQ_PICTURES", "2"))
"""Of each benchmark set; 0 takes all."""


@pytest.fixture(params=native.isas())
def isa(request, monkeypatch):
    monkeypatch.setenv(native.ISA_VARIABLE, request.param)
    return request.param


def luma(shape, bits=8, seed=0):
    dtype = np.uint8 if bits == 8 else np.uint16
    return np.random.default_rng(seed).integers(0, 1 << bits, shape).astype(dtype)


def check(program, picture, threads=1):
    expected = Reference(program)(picture)
    made = native.Native(program, threads)(picture)
    assert made.dtype == expected.dtype
    np.testing.assert_array_equal(made, expected)


@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_any_program_equals_the_reference(data):
    # Up to 8 bits layers may take bytes.
    max_bits = data.draw(st.sampled_from([8, 16]))
    program = data.draw(programs(picture_bits=(8, 9, 10, 15, 16), max_bits=max_bits))
    picture = data.draw(pictures(program))
    expected = Reference(program)(picture)
    for isa in native.isas():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(native.ISA_VARIABLE, isa)
            made = native.Native(program, data.draw(st.integers(1, 3)))(picture)
        np.testing.assert_array_equal(made, expected, err_msg=isa)


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 70), (70, 1), (2, 3), (31, 33), (64, 64), (65, 70), (40, 300)]
)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_papers_network_at_any_size(isa, scale, shape):
    check(kim_program(scale), luma(shape))


@pytest.mark.parametrize("bits", [(8, 8), (8, 7), (5, 8), (8, 9), (9, 8), (2, 4)])
@pytest.mark.parametrize("more", [{}, {"per_channel": True, "bias": True}])
def test_the_papers_network_of_few_bits(isa, bits, more):
    weights, activations = bits
    program = kim_program(weight_bits=weights, activation_bits=activations, **more)
    check(program, luma((21, 150)))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_no_number_of_threads_changes_a_bit(isa, threads):
    check(kim_program(per_channel=True, bias=True), luma((70, 45)), threads)


def test_a_picture_wider_than_a_strip(isa):
    check(kim_program(), luma((5, 4500)), threads=2)


def test_the_zoo(isa):
    for name in (*SMALL, "medium-x2"):
        check(load(resolve(name, "program")), luma((37, 61)))


def test_the_benchmarks_pictures():
    program = load(resolve("kim-x2", "program"))
    for name in ("Set5", "Set14"):
        try:
            pictures = list(load_benchmark(name))
        except DataError as error:
            pytest.skip(str(error))
        for picture in pictures[: PICTURES or None]:
            check(program, clean_pair(picture.rgb_or_gray, 2).lr, threads=2)


def test_a_frame_of_video_is_its_bands_put_together():
    """4K, whole and in bands: the reference would take a minute for it."""
    program = load(resolve("kim-x2", "program"))
    frame = luma((1080, 1920), seed=3)
    whole = native.Native(program, 2)(frame)
    reach = reach_of(program)
    for top in (0, 500, 1060):
        rows = slice(max(top - reach.top, 0), top + 20 + reach.bottom)
        part = Reference(program)(frame[rows])
        first = 2 * (top - rows.start)
        np.testing.assert_array_equal(whole[2 * top : 2 * top + 40], part[first : first + 40])


def test_memory_does_not_grow_with_the_height():
    """In a process of its own: 16 times the lines, in place, take no more than the pictures."""
    code = (
        "import resource, sys; import numpy as np; from srq.engines.native import Native;"
        "from tests.kim_program import kim_program; height = int(sys.argv[1]);"
        "picture = np.zeros((height, 512), np.uint8); out = np.zeros((2 * height, 1024), np.uint8);"
        "Native(kim_program(), 1)(picture, out=out);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - 5 * picture.size)"
    )
    low, high = (
        int(
            subprocess.run(
                [sys.executable, "-c", code, height], stdout=subprocess.PIPE, check=True
            ).stdout
        )
        for height in ("256", "4096")
    )
    assert high - low < 2 << 20


def test_rows_apart_are_read_and_written_in_place():
    program = kim_program()
    frame = luma((40, 96))
    plane = frame[:, 8:61]
    wide = np.full((80, 128), 7, np.uint8)
    result = native.Native(program, 2)(plane, out=wide[:, 3:109])
    expected = Reference(program)(np.ascontiguousarray(plane))
    assert result.base is wide
    np.testing.assert_array_equal(wide[:, 3:109], expected)
    assert (wide[:, :3] == 7).all()
    assert (wide[:, 109:] == 7).all()


def test_pixels_apart_and_rows_upside_down_are_read():
    engine = native.Native(kim_program(), 1)
    frame = luma((20, 64))
    for picture in (frame[::-1], frame[:, ::2], frame.T):
        expected = engine(np.ascontiguousarray(picture))
        np.testing.assert_array_equal(engine(picture), expected)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (np.empty((4, 5), np.uint8), "has the shape .4, 6. of uint8, not .4, 5. of uint8"),
        (np.empty((4, 6), np.uint16), "not .4, 6. of uint16"),
        (np.empty((4, 12), np.uint8)[:, ::2], "pixels of a row together"),
        ([], "not list"),
    ],
)
def test_a_result_that_does_not_fit_is_refused(out, message):
    with pytest.raises(ImageError, match=message):
        native.Native(kim_program(), 1)(luma((2, 3)), out=out)


@pytest.mark.parametrize("columns", [slice(0, 8), slice(7, 15), slice(4, 20, 2)])
def test_a_result_that_overlaps_the_picture_is_refused(columns):
    canvas = np.zeros((40, 64), np.uint8)
    picture = canvas[:4, columns]
    out = canvas[: 2 * len(picture), 7 : 7 + 2 * picture.shape[1]]
    with pytest.raises(ImageError) as error:
        native.Native(kim_program(), 1)(picture, out=out)
    assert str(error.value) == (
        "The result must not overlap the picture; give it memory of its own."
    )


def test_a_result_beside_the_picture_in_one_array_is_taken():
    canvas = luma((40, 64))
    picture = canvas[:20, :15]
    expected = Reference(kim_program())(np.ascontiguousarray(picture))
    made = native.Native(kim_program(), 2)(picture, out=canvas[:, 15:45])
    np.testing.assert_array_equal(made, expected)


def test_a_picture_that_the_program_does_not_read_is_refused():
    with pytest.raises(ImageError, match="reads 8-bit luma as uint8, not uint16"):
        native.Native(kim_program(), 1)(luma((2, 3), 10))


def test_an_extension_of_another_version_is_as_good_as_none(monkeypatch):
    monkeypatch.setattr(native._native, "encoding", 1)
    monkeypatch.delitem(sys.modules, "srq.engines.native")
    with pytest.raises(
        MissingDependencyError, match="'native' cannot be imported .*; reinstall srq"
    ):
        open_engine(kim_program(), "native")


def test_an_instruction_set_that_is_not_here_is_refused(monkeypatch):
    monkeypatch.setenv(native.ISA_VARIABLE, "mmx")
    with pytest.raises(ConfigError, match="this machine has .*portable.*, not 'mmx'"):
        native.Native(kim_program())


def test_many_threads_may_share_an_engine():
    engine = native.Native(kim_program(), 2)
    pictures = [luma((50, 20 + i), seed=i) for i in range(8)]
    results = [None] * len(pictures)

    def work(i):
        results[i] = engine(pictures[i])

    workers = [threading.Thread(target=work, args=(i,)) for i in range(len(pictures))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for picture, result in zip(pictures, results, strict=True):
        np.testing.assert_array_equal(result, engine(picture))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own():
    engine = native.Native(kim_program(), 2)
    picture = luma((64, 64))
    expected = engine(picture)
    child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(engine(picture), expected) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_the_peak_is_a_rate(isa):
    assert native.peak(0.001) > 1e6
