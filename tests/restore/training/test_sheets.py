"""Batches depend on the seed and the step alone."""

import numpy as np
import pytest

from srq.errors import DataError
from srq.restore.defects import SUSPECTED, grown
from srq.restore.inpaint import inpaint
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
    assert sheet.mask.shape == (32, 32, 1)
    assert sheet.mask.dtype == np.uint8


def test_sheets_are_filled_as_photographs_are(made):
    sheets = made(faded=False, filling=True)
    shown = 0
    for number in range(1, 8):
        sheet = sheets.sheet(number)
        marks = sheet.marked[..., 0] > 0
        assert (marks == grown(sheet.mask[..., 0] >= 26)).all()
        assert (sheet.filled[~marks] == sheet.spoiled[~marks]).all()
        values = inpaint(sheet.spoiled.astype(np.float32) / np.float32(255), marks)
        assert np.abs(sheet.filled - 255 * values).max() <= 0.51
        shown += int(marks.sum())
    assert shown > 100
    plain = made(faded=False).sheet(5)
    assert not plain.marked.any()
    assert (plain.filled == plain.spoiled).all()


def red_is_damage(picture):
    return picture[..., 0].astype(np.float32) / np.float32(255)


def test_the_detector_marks_what_a_user_has_not(made):
    known = made(filling=True)
    found = made(filling=True, find=red_is_damage)
    both = made(filling=True, find=red_is_damage, told=0.5)
    told = 0
    for number in range(24):
        a, b, c = (sheets.sheet(number) for sheets in (known, found, both))
        assert (a.spoiled == b.spoiled).all()
        assert (b.spoiled == c.spoiled).all()
        assert np.array_equal(b.marked[..., 0], b.spoiled[..., 0])
        hidden = grown(b.spoiled[..., 0] >= SUSPECTED * 255)
        assert np.array_equal(b.filled[~hidden], b.spoiled[~hidden])
        wanted = a if np.array_equal(c.marked, a.marked) else b
        assert np.array_equal(c.marked, wanted.marked)
        assert np.array_equal(c.filled, wanted.filled)
        told += wanted is a
    assert 6 <= told <= 18


def test_crops_are_parts_of_their_sheets(made):
    sheets = made(filling=True, find=red_is_damage, told=0.5)
    crops = sheets.crops(2, 4, 32, 0.25)
    for number, sheet in enumerate(crops.sheets):
        for name in ("clean", "spoiled", "mask", "change", "marked", "filled"):
            whole, cut = getattr(sheet, name), getattr(crops, name)[number]
            assert cut.shape == (whole.shape[2], 32, 32)
            assert np.array_equal(np.sort(cut.ravel()), np.sort(whole.ravel()))


def test_a_damaged_crop_is_the_most_damaged_of_some(made):
    once, thrice = made(), made(drawn=3)
    outlines = [0, 0]
    for step in range(12):
        for number, sheets in enumerate((once, thrice)):
            crops = sheets.crops(step, 6, 16, 0.5)
            assert not crops.mask[:3].any()
            outlines[number] += np.count_nonzero(np.diff(crops.change >= 10, axis=2))
    assert outlines[1] > 1.5 * outlines[0] > 0


def test_some_sheets_keep_their_colours_and_some_are_left_alone(made, tiny):
    faded, plain = made(), made(faded=False)
    for number in range(16):
        a, b = faded.sheet(number), plain.sheet(number)
        assert (a.clean == b.clean).all()
        if number % 8 >= 4:
            assert (a.spoiled == b.spoiled).all()
        if number % 8 == 4:
            assert (a.spoiled == a.clean).all()
        assert number % 4 or not a.mask.any()
    assert any((faded.sheet(n).spoiled != plain.sheet(n).spoiled).any() for n in (1, 2, 3, 9, 10))
