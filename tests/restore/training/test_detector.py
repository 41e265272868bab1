"""What the detector learns from."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from srq.restore.training.photographs import load_photographs
from srq.restore.training.stage import Place
from srq.restore.training.stages.detector import DetectorStage, _grayed, left, targets
from srq.runs.processes import Processes


def test_what_is_faint_or_cannot_be_seen_does_not_count():
    mask = np.array([[0, 10, 30, 200, 200]], np.uint8)
    change = np.array([[0, 0, 30, 50, 3]], np.uint8)
    target, weight = targets(mask, change)
    assert target.tolist() == [[0, 0, 0, 1, 1]]
    assert weight.tolist() == [[1, 1, 0, 1, 0]]


def test_some_pictures_are_gray_and_the_others_as_they_were():
    pictures = np.random.default_rng(0).random((40, 3, 4, 4)).astype(np.float32)
    made = _grayed(pictures, 0.5, np.random.default_rng(1))
    gray = (made == made[:, :1]).all((1, 2, 3))
    assert 10 < gray.sum() < 30
    assert (made[~gray] == pictures[~gray]).all()
    luma = np.einsum("nchw,c->nhw", pictures, [0.299, 0.587, 0.114])
    assert np.abs(made[gray, 0] - luma[gray]).max() < 1e-6


@pytest.fixture
def stage(tiny, tmp_path):
    config = tiny("detector.sound=0.5", "detector.whole=0.5")
    photographs = load_photographs(config.data)
    place = Place(config, photographs, Processes(), torch.device("cpu"), tmp_path)
    return DetectorStage(place)


def test_half_of_a_batch_is_sound(stage):
    damaged = 0
    for step in range(20):
        pictures, target, weight, wanted, alike = stage.batch(step)
        assert wanted.shape == pictures.shape
        assert alike[2:].all()
        # What nothing was done to is what is wanted, whatever tones it was given.
        assert torch.equal(pictures[2:], wanted[2:])
        assert pictures.shape == (4, 3, 16, 16)
        assert target.shape == weight.shape == (4, 1, 16, 16)
        damaged += int(target[1].sum())
        assert not target[[0, 2, 3]].any()
        assert weight[2:].all()
    assert damaged


def test_what_filling_leaves_wrong_counts(stage):
    wanted = torch.rand(1, 1, 1, 24).expand(1, 3, 24, 24).clone()
    scratched = wanted.clone()
    scratched[..., 10:12, :] = 1
    found = torch.zeros(1, 1, 24, 24)
    found[..., 9:13, :] = 1
    nothing = torch.zeros_like(found)
    untouched = left(wanted, nothing, wanted)
    assert float(untouched) == 0
    assert left(scratched, found, wanted) < left(scratched, nothing, wanted) - 0.2
    assert left(wanted, found.transpose(2, 3), wanted) > untouched + 1
    with_it, without = stage.loss(stage.batch(0)), replace(stage._config, filling=0.0)
    stage._config = without
    assert stage.loss(stage.batch(0)) != with_it


def test_it_is_measured_on_whole_pictures(stage, tmp_path):
    first, second = stage._examples[:2]
    assert first.clean.shape[:2] == first.spoiled.shape[:2] == first.damaged.shape
    assert {first.clean.shape, second.clean.shape} == {(*p.shape[:2], 3) for p in stage._held}
    # A network that is not trained marks nothing.
    scores = stage.measure(stage.network.eval(), tmp_path)
    assert scores == {"f1": 0, "precision": 0, "recall": 0, "alarms": 0}
