import numpy as np
import pytest
import torch

from srq.restore import windows
from srq.restore.translation import translate
from tests.restore.stand_ins import Spread


def inputs(shape):
    rng = np.random.default_rng(5)
    picture, filled = rng.random((2, *shape, 3)).astype(np.float32)
    sure = (rng.random(shape) < 0.1).astype(np.float32)
    return picture, filled, sure


@pytest.mark.parametrize("shape", [(70, 90), (64, 64), (3, 5), (129, 33)])
def test_no_seam_shows(monkeypatch, shape):
    monkeypatch.setattr(windows, "CORE", 1 << 20)
    whole = translate(Spread(), *inputs(shape))
    monkeypatch.setattr(windows, "CORE", 32)
    made = translate(Spread(), *inputs(shape))
    assert made.shape == (*shape, 3)
    assert np.abs(made - whole).max() < 1e-6


def test_a_halo_too_small_would_show(monkeypatch):
    """What the test above would notice."""
    monkeypatch.setattr(Spread, "reach", 0)
    monkeypatch.setattr(windows, "CORE", 1 << 20)
    whole = translate(Spread(), *inputs((70, 90)))
    monkeypatch.setattr(windows, "CORE", 32)
    assert np.abs(translate(Spread(), *inputs((70, 90))) - whole).max() > 1e-3


def test_every_pixel_is_told_once(monkeypatch):
    monkeypatch.setattr(windows, "CORE", 32)
    told = []
    translate(Spread(), *inputs((70, 90)), told.append)
    assert sum(told) == 70 * 90
    assert len(told) == 9


def test_the_same_bytes_with_any_number_of_threads(monkeypatch):
    monkeypatch.setattr(windows, "CORE", 64)
    before = torch.get_num_threads()
    try:
        made = []
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            made.append(translate(Spread(), *inputs((130, 150))).tobytes())
    finally:
        torch.set_num_threads(before)
    assert made[0] == made[1] == made[2]
