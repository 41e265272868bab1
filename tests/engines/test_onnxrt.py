import os
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srq
from srq.errors import ImageError
from srq.program.reference import Reference
from tests.kim_program import kim_program
from tests.strategies import pictures, programs

try:
    from srq.engines.onnxrt import OnnxRuntime
except ImportError:  # pragma: no cover
    if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
        raise
    pytest.skip("onnxruntime is missing; pip install 'srq[onnx]'", allow_module_level=True)

EXAMPLES = int(os.environ.get("SRQ_EXAMPLES", "30"))
"""Of the property below; benchmarks and releases may ask for thousands."""


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_any_program_equals_the_reference(data):
    program = data.draw(programs(picture_bits=(8, 9, 10, 15, 16)))
    picture = data.draw(pictures(program))
    made = OnnxRuntime(program, data.draw(st.integers(1, 4)))(picture)
    expected = Reference(program)(picture)
    assert made.dtype == expected.dtype
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("threads", [None, 1, 2])
def test_it_is_loaded_by_name_and_works_in_blocks(threads):
    engine = srq.load("kim-x2", engine="onnx", threads=threads)
    assert (engine.name, engine.scale) == ("onnx", 2)
    picture = noise(300, 263)
    np.testing.assert_array_equal(engine(picture), Reference(engine.program)(picture))


def test_a_picture_may_lie_in_memory_in_any_way():
    program = kim_program()
    picture = noise(20, 30)
    for view in (picture[::-1], picture.T, picture[3:11, 4:23:2]):
        np.testing.assert_array_equal(OnnxRuntime(program, 1)(view), Reference(program)(view))


def test_threads_may_share_it():
    program = kim_program()
    engine = OnnxRuntime(program, 1)
    given = [noise(n + 1, 9, seed=n) for n in range(12)]
    made: dict[int, np.ndarray] = {}

    def work(n):
        made[n] = engine(given[n])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(given))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n, picture in enumerate(given):
        np.testing.assert_array_equal(made[n], Reference(program)(picture))


@pytest.mark.parametrize("picture", [noise(2, 3, 1), noise(2, 3).astype(np.float32), noise(0, 3)])
def test_other_pictures_are_refused(picture):
    with pytest.raises(ImageError, match="The program reads"):
        OnnxRuntime(kim_program(), 1)(picture)
