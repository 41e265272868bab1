"""The figure: right picture, right crop, and every model on the sheet."""

import numpy as np
import pytest

from srq.errors import ConfigError, DataError
from srq.evaluate import Suite
from srq.evaluate.figure import Crop, figure
from srq.evaluate.panels import CROP_SIDE
from tests.evaluate.conftest import Repeat


def found_in(sheet, crop, factor):
    """Where the enlarged crop stands in the sheet: (row, column), or None."""
    enlarged = crop.repeat(factor, 0).repeat(factor, 1)
    side = len(enlarged)
    rows, columns = sheet.shape[0] - side + 1, sheet.shape[1] - side + 1
    starts = np.argwhere((sheet[:rows, :columns] == enlarged[0, 0]).all(-1))
    for row, column in starts:
        if np.array_equal(sheet[row : row + side, column : column + side], enlarged):
            return int(row), int(column)
    return None


def test_crops_stand_side_by_side(pictures):
    suite = Suite([str(pictures)])
    crop = Crop(6, 10, 16)
    sheet = figure([Repeat()], suite, "small/a", crop=crop)
    assert sheet.dtype == np.uint8
    hr = suite.source("small/a").read()[10:26, 6:22]
    assert found_in(sheet, hr, CROP_SIDE // 16) is not None


def test_a_gray_picture_stays_gray(pictures):
    suite = Suite([str(pictures)])
    crop = Crop(4, 4, 12)
    sheet = figure([Repeat()], suite, "small/gray", crop=crop)
    case = list(suite)[2]
    made = Repeat()(case.lr)[4:16, 4:16]
    assert found_in(sheet, np.dstack([made] * 3), CROP_SIDE // 12) is not None


def test_luma_is_the_models_and_colour_is_kept(pictures):
    class Perfect(Repeat):
        def __call__(self, luma):
            return next(suite.cases(suite.source("small/b"))).hr

    suite = Suite([str(pictures)])
    crop = Crop(2, 2, 20)
    perfect = figure([Perfect()], suite, "small/b", crop=crop)
    plain = figure([Repeat()], suite, "small/b", crop=crop)
    assert perfect.shape == plain.shape
    assert not np.array_equal(perfect, plain)


def test_a_condition_can_be_chosen(pictures):
    suite = Suite([str(pictures)], qualities=(5, 50, 95))
    sheets = [figure([], suite, "small/a", condition=q) for q in ("Q5", "Q50", None)]
    assert not np.array_equal(sheets[0], sheets[1])
    assert np.array_equal(sheets[1], sheets[2])
    with pytest.raises(ConfigError, match="no condition 'Q7'; choose one of Q5, Q50, Q95"):
        figure([], suite, "small/a", condition="Q7")


def test_without_a_crop_it_shows_where_bicubic_errs(tmp_path):
    from PIL import Image

    flat = np.full((160, 160), 90, np.uint8)
    flat[120:150:2, 20:60:2] = 255
    (tmp_path / "set").mkdir()
    Image.fromarray(flat).save(tmp_path / "set" / "dots.png")
    suite = Suite([str(tmp_path / "set")])
    sheet = figure([], suite, "set/dots")
    frame = np.argwhere((sheet == (255, 59, 48)).all(-1))
    middle = frame.mean(0)
    assert middle[0] > sheet.shape[0] * 0.5
    assert middle[1] < sheet.shape[1] * 0.3


@pytest.mark.parametrize("crop", [Crop(40, 0, 20), Crop(0, 0, 60), Crop(0, 0, 0)])
def test_a_crop_outside_is_refused(pictures, crop):
    with pytest.raises(DataError, match="does not lie inside small/a, which is 52x40"):
        figure([], Suite([str(pictures)]), "small/a", crop=crop)


def test_crops_are_read_from_text():
    assert Crop.parse("10, 20,30") == Crop(10, 20, 30)
    for text in ("1,2", "1,2,x", "1,2,-3", ""):
        with pytest.raises(ConfigError, match="must be LEFT,TOP,SIZE"):
            Crop.parse(text)
