import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from srq.image.jpeg_trace import jpeg_trace
from srq.image.resize import bicubic

ASTRONAUT = data.astronaut()  # a PNG that never was a JPEG


def jpeg(pixels, quality, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality, **options)
    return np.asarray(Image.open(stream))


def test_a_coarser_jpeg_leaves_more_of_a_trace():
    found = [jpeg_trace(jpeg(ASTRONAUT, quality)) for quality in (50, 75, 90, 95)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.4
    assert found[2] > 0.25


def test_gray_leaves_one_too():
    gray = np.ascontiguousarray(ASTRONAUT[..., 1])
    assert jpeg_trace(jpeg(gray, 60)) > 0.4
    assert abs(jpeg_trace(gray)) < 0.02


@pytest.mark.parametrize("top", [0, 8, 40])
def test_a_cut_along_the_grid_leaves_it(top):
    assert jpeg_trace(jpeg(ASTRONAUT, 60)[top:, 2 * top :]) > 0.3


@pytest.mark.parametrize(
    "changed",
    [
        lambda pixels: ASTRONAUT,
        lambda pixels: pixels[3:, 5:],
        lambda pixels: bicubic(pixels, scale=0.5),
        lambda pixels: pixels.astype(np.uint16) * 257,
    ],
)
def test_what_has_no_trace(changed):
    assert abs(jpeg_trace(changed(jpeg(ASTRONAUT, 60)))) < 0.05


@pytest.mark.parametrize("side", [2, 3, 4, 8, 16])
def test_pixel_art_in_large_pixels_has_none(side):
    small = np.random.default_rng(5).integers(0, 4, (40, 60, 3), np.uint8) * 80
    assert jpeg_trace(small.repeat(side, 0).repeat(side, 1)) < 0.1


@pytest.mark.parametrize("size", [(1, 1), (11, 300), (300, 11), (12, 12), (13, 40), (5, 2000)])
def test_small_and_flat_pictures_have_none(size):
    assert jpeg_trace(np.full((*size, 3), 90, np.uint8)) == 0
    assert abs(jpeg_trace(np.random.default_rng(0).integers(0, 256, size, np.uint8))) <= 0.05


def test_a_large_picture_is_looked_at_in_part():
    """The same trace from a picture of 33 megapixels, without the memory of its blocks."""
    was = jpeg(ASTRONAUT, 60)
    large = np.tile(was, (11, 11, 1))
    assert jpeg_trace(large) == pytest.approx(jpeg_trace(was), abs=0.05)
