import numpy as np
import pytest
import torch
from skimage import data
from torch import nn

from srq.errors import DataError
from srq.image.io import Picture, write
from srq.quant import Calibration, calibration_set


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    write(folder / "cat.png", Picture(data.chelsea()[:160, :200]))
    write(folder / "camera.png", Picture(data.camera()[:200, :160]))
    return folder


def test_the_same_crops_every_time_and_of_the_right_size(folder):
    first, second = (calibration_set([folder], scale=3, crop=20, crops=5) for _ in range(2))
    assert (first.lr.shape, first.hr.shape) == ((5, 1, 20, 20), (5, 1, 60, 60))
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


def test_psnr_is_over_all_pixels():
    class Constant(nn.Module):
        def forward(self, luma):
            return torch.full((*luma.shape[:2], 4, 4), 110 / 255)

    crops = Calibration(np.zeros((2, 1, 2, 2), np.uint8), np.full((2, 1, 4, 4), 100, np.uint8))
    assert crops.error(Constant()) == pytest.approx(100, rel=1e-5)
    assert crops.psnr(Constant()) == pytest.approx(20 * np.log10(25.5), abs=1e-4)
