"""What the detector learns from."""

import numpy as np
import torch  # noqa: F401 (without it these tests are skipped)

from srq.restore.training.stages.detector import _grayed, targets


def test_what_is_faint_or_cannot_be_seen_does_not_count():
    mask = np.array([[0, 10, 40, 200, 200]], np.uint8)
    change = np.array([[0, 0, 30, 50, 3]], np.uint8)
    target, weight = targets(mask, change)
    assert target.tolist() == [[0, 0, 0, 1, 1]]
    assert weight.tolist() == [[1, 1, 0, 1, 0]]


def test_some_pictures_are_gray_and_the_others_as_they_were():
    pictures = np.random.default_rng(0).random((40, 3, 4, 4)).astype(np.float32)
    made = _grayed(pictures, np.random.default_rng(1))
    gray = (made == made[:, :1]).all((1, 2, 3))
    assert 10 < gray.sum() < 30
    assert (made[~gray] == pictures[~gray]).all()
    luma = np.einsum("nchw,c->nhw", pictures, [0.299, 0.587, 0.114])
    assert np.abs(made[gray, 0] - luma[gray]).max() < 1e-6
