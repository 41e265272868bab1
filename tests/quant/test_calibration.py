import numpy as np
import pytest
import torch
from skimage import data
from torch import nn

from srq.datasets.manifest import Entry, LowRes, write_manifest
from srq.errors import DataError
from srq.image.io import Picture, write
from srq.image.resize import bicubic
from srq.quant import Calibration, calibration_set


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    write(folder / "cat.png", Picture(data.chelsea()[:160, :200]))
    write(folder / "camera.png", Picture(data.camera()[:200, :160]))
    return folder


def test_the_same_crops_every_time_and_of_the_right_size(folder):
    first, second = (calibration_set([folder], scale=3, crop=20, crops=5) for _ in range(2))
    assert (first.lr.shape, first.hr.shape) == ((9, 1, 20, 20), (9, 1, 60, 60))
    assert first.photographs.shape == (5, 1, 20, 20)
    assert np.array_equal(first.lr, second.lr)
    assert np.array_equal(first.hr, second.hr)


def test_the_recipe_degrades_them(folder):
    clean = calibration_set([folder], scale=2, crop=20, crops=5)
    spoilt = calibration_set([folder], scale=2, recipe="paper", crop=20, crops=5)
    assert np.array_equal(clean.hr, spoilt.hr)
    assert not np.array_equal(clean.lr, spoilt.lr)


def test_a_test_set_is_refused():
    with pytest.raises(DataError, match="Set5 is a test set"):
        calibration_set(["Set5"], scale=2)


def test_drawings_are_black_and_white_and_degraded_like_all(folder):
    crops = calibration_set([folder], scale=2, crop=20, crops=3)
    drawn = crops.hr[-crops.drawings :]
    assert set(np.unique(drawn)) == {0, 255}
    for lr, hr in zip(crops.lr[-crops.drawings :], drawn, strict=True):
        np.testing.assert_array_equal(lr[0], bicubic(hr[0], scale=0.5))


def test_pairs_of_a_manifest_are_taken_as_they_are(folder, tmp_path):
    hr = Picture(data.camera()[:80, :80])
    write(tmp_path / "hr.png", hr)
    write(tmp_path / "lr.png", Picture(255 - bicubic(hr.pixels, scale=0.5)))
    low = LowRes(tmp_path / "lr.png", "inverted")
    write_manifest(tmp_path / "pairs.jsonl", [Entry(tmp_path / "hr.png", 2, (low,))])
    crops = calibration_set([tmp_path / "pairs.jsonl"], scale=2, crop=40, crops=1)
    shrunk = 255 - bicubic(crops.hr[0, 0], scale=0.5)
    np.testing.assert_allclose(crops.lr[0, 0].astype(int), shrunk.astype(int), atol=1)


def test_psnr_is_the_mean_over_the_photographs():
    class Constant(nn.Module):
        def forward(self, luma):
            return torch.full((*luma.shape[:2], 4, 4), 110 / 255)

    hr = np.full((3, 1, 4, 4), 100, np.uint8)
    hr[1] = 109
    crops = Calibration(np.zeros((3, 1, 2, 2), np.uint8), hr, drawings=1)
    expected = 20 * np.log10(255) - 10
    assert crops.psnr(Constant()) == pytest.approx(expected, abs=1e-3)
