"""Results of any size."""

import numpy as np
import pytest

from srq.batch.jobs import Job
from srq.image.io import Picture, read, write
from srq.image.resize import bicubic
from srq.upscaling.batch import upscale_files
from srq.upscaling.enlarge import Size, enlarge, resized


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(None, None, (40, 60)), (45, None, (30, 45)), (None, 10, (10, 15)), (7, 9, (9, 7))],
)
def test_a_side_follows_from_the_other(width, height, size):
    assert Size(width, height).of(20, 30, 2) == size


def test_a_side_is_never_none():
    assert Size(width=1).of(1, 1000, 2) == (1, 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_it_is_the_bicubic_of_the_enlarged_picture(tmp_path, engine, dtype, shape):
    rng = np.random.default_rng(0)
    picture = Picture(rng.integers(0, 256, shape).astype(dtype), np.full((20, 30), 99, dtype))
    write(tmp_path / "in.png", picture)
    job = Job(tmp_path / "in.png", tmp_path / "out.png")
    (result,) = upscale_files([job], engine, size=Size(width=45))
    assert result.size == (30, 45)
    made, whole = read(job.target), enlarge(picture, engine)
    assert np.array_equal(made.pixels, bicubic(whole.pixels, size=(30, 45)))
    assert (made.alpha == 99).all()


@pytest.mark.parametrize("size", [(33, 41), (90, 200)])
def test_gray_stays_gray_and_white_stays_white(engine, size):
    gray = np.random.default_rng(0).integers(0, 256, (20, 30)).astype(np.uint8)
    made = resized(enlarge(Picture(np.dstack([gray] * 3)), engine), size)
    assert (made.pixels == made.pixels[..., :1]).all()
    assert np.array_equal(made.pixels[..., 0], resized(enlarge(Picture(gray), engine), size).pixels)
    white = np.full((20, 30), 65535, np.uint16)
    assert (resized(Picture(white), size).pixels == 65535).all()


def test_its_own_size_is_itself(engine):
    picture = Picture(np.zeros((4, 5), np.uint8))
    assert resized(picture, (4, 5)) is picture
