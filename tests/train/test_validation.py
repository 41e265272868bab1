import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from srq.datasets.benchmarks import data_root
from srq.errors import DataError
from srq.image.metrics import psnr
from srq.image.resize import bicubic
from srq.train.config import ValidateConfig
from srq.train.validation import Validation, crops_psnr, upscale

CPU = torch.device("cpu")


class Nearest(nn.Module):
    """What a network of zeros does: every pixel becomes a square."""

    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")


def test_a_prediction_is_rounded_half_up_and_clipped():
    class Steps(nn.Module):
        def forward(self, x):
            values = torch.tensor([[-3.0, 0.49, 0.5, 1.5, 254.6, 300.0]]) / 255
            return values[None, None].double()

    assert upscale(Steps(), np.zeros((1, 3), np.uint8), CPU).tolist() == [[0, 0, 1, 2, 255, 255]]


def test_pictures_keep_their_odd_sizes_within_the_scale(pictures):
    made = Validation(ValidateConfig((str(pictures),)), 2)
    assert [example.hr.shape for example in made.examples] == [(40, 50), (44, 32), (64, 36)]
    assert [example.lr.shape for example in made.examples] == [(20, 25), (22, 16), (32, 18)]
    scores = made.measure(Nearest(), CPU)
    expected = [
        psnr(example.lr.repeat(2, 0).repeat(2, 1), example.hr, shave=2) for example in made.examples
    ]
    assert scores == {pictures.name: pytest.approx(np.mean(expected))}


def test_crops_are_scored_over_all_their_pixels():
    lr = np.array([[[[10, 20]]], [[[30, 40]]]], np.uint8)
    hr = lr.repeat(2, 2).repeat(2, 3)
    hr[1] += 2
    expected = 10 * np.log10(255**2 / ((0 + 4) / 2))
    assert crops_psnr(Nearest(), (lr, hr), CPU) == pytest.approx(expected)


def test_a_recipe_that_compresses_makes_other_pictures(pictures):
    clean, compressed = (
        Validation(ValidateConfig((str(pictures),), recipe=recipe), 2).examples[0]
        for recipe in ("bicubic", "paper")
    )
    assert clean.lr.shape == compressed.lr.shape
    assert not np.array_equal(clean.lr, compressed.lr)
    # Luma is taken before the clean recipe and after the other, to the same HR.
    assert np.abs(clean.hr.astype(int) - compressed.hr).max() <= 1


def test_a_picture_without_an_inside_is_refused(tmp_path):
    Image.fromarray(np.zeros((1, 1, 3), np.uint8)).save(tmp_path / "dot.png")
    with pytest.raises(DataError, match="1x1 is smaller than the scale 2"):
        Validation(ValidateConfig((str(tmp_path),)), 2)
    Image.fromarray(np.zeros((4, 30, 3), np.uint8)).save(tmp_path / "dot.png")
    with pytest.raises(DataError, match="is 30x4; nothing is left of it inside its border"):
        Validation(ValidateConfig((str(tmp_path),)), 2)


def test_set5_is_measured_by_the_fields_protocol():
    try:
        data_root()
    except DataError as absent:
        pytest.skip(str(absent))
    validation = Validation(ValidateConfig(("Set5",)), 2)
    made = [
        psnr(bicubic(example.lr, scale=2), example.hr, shave=2) for example in validation.examples
    ]
    # The paper's Table 1, bicubic.
    assert np.mean(made) == pytest.approx(33.66, abs=0.02)
