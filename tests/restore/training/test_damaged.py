"""What the networks that translate learn from, and what the direct one lowers."""

import math

import numpy as np
import pytest
import torch

from srq.restore.defects import probabilities_of, suspected
from srq.restore.networks import shipped
from srq.restore.training.damaged import Damaged, DamagedCrops, shortfall
from srq.restore.training.filled import filled
from srq.restore.training.photographs import load_photographs, unit
from srq.restore.training.stage import Place
from srq.restore.training.stages.direct import DirectStage
from srq.runs.processes import Processes
from tests.restore.stand_ins import Where


@pytest.fixture
def no_detector(monkeypatch):
    monkeypatch.setattr(shipped, "names", lambda run=None: [])


@pytest.fixture
def crops(tiny, tmp_path, no_detector):
    config = tiny()
    photographs = load_photographs(config.data)
    place = Place(config, photographs, Processes(), torch.device("cpu"), tmp_path)
    return DamagedCrops(place, config.direct)


def lost(*decibels, enough=40.0):
    """The loss of crops that are so far from clean."""
    errors = torch.tensor([10 ** (-each / 20) for each in decibels])
    clean = torch.zeros(len(decibels), 3, 8, 8)
    batch = Damaged(clean, clean, clean[:, :1], clean)
    return float(shortfall(clean + errors[:, None, None, None], batch, enough))


def test_a_decibel_weighs_alike_until_it_is_enough():
    for decibels in (5, 15, 25):
        assert lost(decibels) - lost(decibels + 1) == pytest.approx(math.log(10) / 10, rel=0.05)
    assert lost(40) == lost(30, enough=30) == pytest.approx(math.log(2))
    assert lost(60) < 0.01
    assert lost(10, 30) == pytest.approx((lost(10) + lost(30)) / 2)


def test_what_is_good_enough_rises_with_the_steps(tiny, tmp_path):
    config = tiny("direct.steps=100")
    photographs = load_photographs(config.data)
    place = Place(config, photographs, Processes(), torch.device("cpu"), tmp_path)
    stage = DirectStage(place)
    wanted = [stage.batch(step)[1] for step in (0, 25, 60, 99)]
    assert wanted == [30, 30, 40, 40]
    crops, _ = stage.batch(0)
    stage.network.requires_grad_(False)
    easy, hard = (float(stage.loss((crops, enough))) for enough in (30.0, 40.0))
    assert easy < hard


def test_damage_comes_later_and_every_other_step(tiny, tmp_path, monkeypatch, no_detector):
    config = tiny("direct.steps=100")
    place = Place(config, load_photographs(config.data), Processes(), torch.device("cpu"), tmp_path)
    stage = DirectStage(place)
    asked = []
    batch = stage._crops.batch

    def ask(step, *, thumbnails, damaged):
        asked.append(damaged)
        return batch(step, thumbnails=thumbnails, damaged=damaged)

    monkeypatch.setattr(stage._crops, "batch", ask)
    crops = [stage.batch(step)[0] for step in (*range(6), *range(24, 30))]
    assert asked == [False] * 7 + [True, False, True, False, True]
    assert not any(each.mask.any() for each, is_so in zip(crops, asked, strict=True) if not is_so)


def test_without_a_detector_a_share_is_told_and_nothing_else_is_marked(crops):
    sheets = [crops._sheets.sheet(number) for number in range(80)]
    damaged = [sheet for sheet in sheets if sheet.mask.max() > 100]
    told = [sheet for sheet in damaged if sheet.marked.any()]
    assert 0.15 < len(told) / len(damaged) < 0.5
    for sheet in damaged:
        if not sheet.marked.any():
            assert np.array_equal(sheet.filled, sheet.spoiled)


def test_a_restorer_is_told_what_is_believed_in_sound_pictures_too(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "names", lambda run=None: ["detector"])
    lighter = Where(lambda pictures: 6 * (pictures.amin(1, keepdim=True) - 0.5))
    monkeypatch.setattr(shipped, "load", lambda name, run=None: lighter)
    config = tiny()
    place = Place(config, load_photographs(config.data), Processes(), torch.device("cpu"), tmp_path)
    told = []
    for enough in (0.0, 1.0):
        lighter.enough.fill_(enough)
        sheets = DamagedCrops(place, config.direct)._whole_sheets
        for sheet in (sheets.sheet(number) for number in range(4)):
            found = probabilities_of(lighter, unit(sheet.spoiled))
            assert np.array_equal(sheet.marked[..., 0], np.floor(255 * found + 0.5))
            assert np.array_equal(sheet.filled, filled(sheet.spoiled, suspected(found)))
            told.append(found.mean())
    assert 0 < sum(told[4:]) < 0.8 * sum(told[:4])


def test_some_crops_become_harsh_prints(crops):
    harsh = 0
    for step in range(40):
        batch, _ = crops.batch(step, thumbnails=False)
        made = crops.tinted(batch, step)
        assert 0 <= float(made.clean.min()) <= float(made.clean.max()) <= 1
        for before, after in zip(batch.clean, made.clean, strict=True):
            harsh += bool(after.std() > 1.3 * before.std())
    assert 0.02 * 40 * len(batch.clean) < harsh < 0.3 * 40 * len(batch.clean)


def test_some_crops_become_prints_without_colour(crops):
    gray, coloured = 0, 0
    for step in range(40):
        batch, _ = crops.batch(step, thumbnails=False)
        made = crops.tinted(batch, step)
        for before, after in zip(batch.picture, made.picture, strict=True):
            if (before != before[:1]).any():
                gray += bool((after == after[:1]).all())
                coloured += 1
    assert 0 < gray < coloured / 3
