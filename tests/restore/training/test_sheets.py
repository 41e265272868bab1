"""Batches depend on the seed and the step alone."""

import numpy as np
import pytest

from srq.errors import DataError
from srq.restore.training.photographs import load_photographs
from srq.restore.training.sheets import Sheets


@pytest.fixture
def made(tiny):
    """``made(**changes)``: sheets of the folder."""
    config = tiny()
    pictures = load_photographs(config.data)
    return lambda seed=3, **changes: Sheets(pictures.train, config.data, seed, **changes)


def bytes_of(crops):
    return crops.clean.tobytes() + crops.spoiled.tobytes() + crops.mask.tobytes()


def test_a_batch_is_the_same_whatever_came_before(made):
    through = made()
    batches = [bytes_of(through.crops(step, 4, 16, 0.25)) for step in range(9)]
    assert len(set(batches)) == len(batches)
    for step in (8, 3):
        assert bytes_of(made().crops(step, 4, 16, 0.25)) == batches[step]
    assert bytes_of(made(seed=4).crops(3, 4, 16, 0.25)) != batches[3]


def test_processes_share_a_batch(made):
    whole = made().crops(5, 4, 16, 0.25)
    parts = [made(rank=rank, world=2).crops(5, 4, 16, 0.25) for rank in range(2)]
    for rank, part in enumerate(parts):
        assert (part.spoiled == whole.spoiled[rank::2]).all()


def test_the_undamaged_come_first_and_the_mask_tells_the_rest(made):
    sheets = made(faded=False)
    damaged = 0
    for step in range(12):
        crops = sheets.crops(step, 4, 16, 0.5)
        assert not crops.mask[:2].any()
        damaged += int((crops.mask[2:] > 76).sum())
    assert damaged > 100


def test_old_sheets_are_let_go(made):
    sheets = made()
    for step in range(40):
        sheets.crops(step, 4, 16, 0.25)
    assert len(sheets._drawn) <= 8


def test_gray_pictures_stay_gray(tiny):
    config = tiny("data.gray=1")
    sheets = Sheets(load_photographs(config.data).train, config.data, 0)
    clean = sheets.sheet(1).clean
    assert (clean == clean[..., :1]).all()


def test_pictures(tiny, photographs):
    config = tiny()
    found = load_photographs(config.data)
    assert len(found.train) == 4
    assert len(found.held) == 2
    assert len(found.real) == 6
    assert load_photographs(config.data).fingerprint == found.fingerprint
    smaller = load_photographs(tiny("data.largest=64", "data.sheet=32").data)
    assert max(max(p.shape) for p in smaller.train) <= 64
    with pytest.raises(DataError, match="at least two"):
        load_photographs(tiny("data.sheet=300", "detector.crop=32").data)
    with pytest.raises(DataError, match="must be a folder"):
        load_photographs(tiny("data.real=nowhere").data)


def test_sheets_are_reduced_and_cut(made):
    sheet = made().sheet(2)
    assert sheet.clean.shape == sheet.spoiled.shape == (32, 32, 3)
    assert sheet.mask.shape == (32, 32)
    assert sheet.mask.dtype == np.uint8
