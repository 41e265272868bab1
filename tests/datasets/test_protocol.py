import numpy as np
import pytest

from srq.datasets.benchmarks import load_benchmark
from srq.datasets.protocol import clean_pair, compressed_pair, luma_of, modcrop
from srq.errors import DataError
from srq.image.colour import luma
from srq.image.metrics import psnr
from srq.image.resize import bicubic

# The design's figures for bicubic enlargement, PSNR in dB at scale 2.
CLEAN = {"Set5": 33.65, "Set14": 30.23}
COMPRESSED = {("Set5", 10): 27.15, ("Set5", 50): 30.74, ("Set14", 10): 25.55, ("Set14", 90): 29.94}


def bicubic_psnr(pairs):
    return np.mean([psnr(bicubic(lr, scale=2), hr, shave=2) for lr, hr in pairs])


@pytest.mark.parametrize("name", CLEAN)
def test_the_clean_protocol_gives_the_known_figure(shared_data, name):
    pairs = [clean_pair(picture.rgb_or_gray, 2) for picture in load_benchmark(name)]
    assert bicubic_psnr(pairs) == pytest.approx(CLEAN[name], abs=0.006)


@pytest.mark.parametrize(("name", "quality"), COMPRESSED)
def test_the_compressed_protocol_gives_the_known_figure(shared_data, name, quality):
    pairs = [compressed_pair(p.rgb_or_gray, 2, quality) for p in load_benchmark(name)]
    assert bicubic_psnr(pairs) == pytest.approx(COMPRESSED[name, quality], abs=0.01)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("shape", [(25, 31), (25, 31, 3)])
def test_pairs_are_cropped_to_the_scale(shape, scale):
    picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    for pair in (clean_pair, lambda p, s: compressed_pair(p, s, 50)):
        lr, hr = pair(picture, scale)
        assert hr.shape == (25 // scale * scale, 31 // scale * scale)
        assert lr.shape == (25 // scale, 31 // scale)
        assert lr.dtype == hr.dtype == np.uint8


def test_hr_is_the_luma_of_the_picture():
    colour = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    gray = colour[..., 0]
    assert (clean_pair(colour, 2).hr == luma(colour)).all()
    assert (compressed_pair(colour, 2, 50).hr == luma(colour)).all()
    assert (clean_pair(gray, 2).hr == gray).all()
    equal = np.stack([gray] * 3, axis=-1)
    assert (compressed_pair(gray, 2, 50).hr == luma(equal)).all()
    assert (compressed_pair(gray, 2, 50).lr == compressed_pair(equal, 2, 50).lr).all()


def test_gray_is_its_own_luma():
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert luma_of(picture) is picture


def test_a_picture_smaller_than_the_scale_is_refused():
    with pytest.raises(DataError, match="1x1 is smaller than the scale 2"):
        modcrop(np.zeros((1, 1), np.uint8), 2)
