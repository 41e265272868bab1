import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srq
from srq import zoo
from srq.engines import Engine
from srq.errors import ConfigError, ImageError, ModelError, ProgramError
from srq.program import save
from srq.program.reference import Reference
from srq.upscaling.engine import SIDE, Blockwise, check_eight_bits
from tests.kim_program import kim_program
from tests.upscaling.sharpen_program import sharpen_program

KIM = {scale: Reference(kim_program(scale, bias=True)) for scale in (2, 3)}


@pytest.mark.parametrize("name", ["auto", "reference"])
def test_a_file_becomes_a_callable_on_luma(tmp_path, name):
    save(sharpen_program(), tmp_path / "own.srq")
    opened = srq.load(tmp_path / "own.srq", engine=name, threads=1)
    assert isinstance(opened, Engine)
    assert opened.program == sharpen_program()
    luma = np.arange(35, dtype=np.uint8).reshape(5, 7)
    made = opened(luma)
    assert (made.shape, made.dtype) == ((10, 14), np.uint8)
    assert np.array_equal(made, Reference(sharpen_program())(luma))


@pytest.mark.parametrize("name", ["auto", "reference"])
def test_a_program_becomes_a_callable_on_luma(name):
    opened = srq.load(sharpen_program(), engine=name)
    assert isinstance(opened, Engine)
    assert opened.streams
    luma = np.arange(35, dtype=np.uint8).reshape(5, 7)
    assert np.array_equal(opened(luma), Reference(sharpen_program())(luma))
    assert srq.load(opened) is opened
    assert np.array_equal(srq.upscale(luma, sharpen_program()), srq.upscale(luma, opened))


def test_a_name_of_the_zoo_stands_for_its_file(stocked_zoo):
    assert srq.load("kim-x2").program == sharpen_program()


def test_a_near_name_is_told(stocked_zoo):
    with pytest.raises(ModelError) as error:
        srq.load("kim-2x")
    assert str(error.value) == "No integer program is called 'kim-2x'; did you mean 'kim-x2'?"


def test_an_empty_zoo_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match="'kim-x2'; the zoo is empty, so name a file"):
        srq.load("kim-x2")


def test_what_is_no_program_is_refused(tmp_path):
    (tmp_path / "own.srq").write_bytes(b"nothing of the kind")
    with pytest.raises(ProgramError, match="Cannot load"):
        srq.load(tmp_path / "own.srq")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"engine": "gpu"}, "There is no engine 'gpu'; choose one of .*reference"),
        ({"threads": 0}, "at least 1 thread, not 0"),
    ],
)
def test_arguments_are_checked(stocked_zoo, arguments, sentence):
    with pytest.raises(ConfigError, match=sentence):
        srq.load("kim-x2", **arguments)


@settings(max_examples=20, deadline=None)
@given(
    scale=st.sampled_from(sorted(KIM)),
    height=st.integers(1, 24),
    width=st.integers(1, 40),
    side=st.integers(7, 24),
    seed=st.integers(0, 2**32 - 1),
)
def test_block_by_block_equals_the_whole(scale, height, width, side, seed):
    luma = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    whole = KIM[scale]
    assert np.array_equal(Blockwise(whole, side)(luma), whole(luma))


def test_blocks_of_a_single_pixel_equal_the_whole():
    luma = np.random.default_rng(0).integers(0, 256, (3, 4), np.uint8)
    assert np.array_equal(Blockwise(KIM[2], 1)(luma), KIM[2](luma))


def test_a_picture_of_several_blocks_as_load_cuts_them(tmp_path):
    save(sharpen_program(), tmp_path / "own.srq")
    luma = np.random.default_rng(0).integers(0, 256, (SIDE + 3, 2 * SIDE + 1), np.uint8)
    whole = Reference(sharpen_program())(luma)
    assert np.array_equal(srq.load(tmp_path / "own.srq")(luma), whole)


@pytest.mark.parametrize(
    "luma",
    [
        np.zeros((0, 2 * SIDE), np.uint8),
        np.zeros((2 * SIDE, 2, 3), np.uint8),
        np.zeros((2 * SIDE, 2), np.float32),
        [[1, 2]],
    ],
)
def test_what_is_no_luma_is_refused(stocked_zoo, luma):
    with pytest.raises(ImageError, match="The program reads"):
        srq.load("kim-x2")(luma)


def test_pictures_need_a_program_of_eight_bits():
    wide = Reference(sharpen_program(bits=10))
    with pytest.raises(ConfigError, match=r"'sharpen' reads u10\.10 and writes u10\.10"):
        check_eight_bits(wide)
    assert Blockwise(wide)(np.full((3, 300), 1023, np.uint16)).dtype == np.uint16
