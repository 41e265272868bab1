"""What the detector learns from."""

import numpy as np
import pytest
import torch

from srq.restore.defects import believed, damage_of
from srq.restore.holes import WIDEST
from srq.restore.networks.detector import RARE
from srq.restore.training.filled import found_by
from srq.restore.training.photographs import in_three, load_photographs
from srq.restore.training.stage import Place
from srq.restore.training.stages.detector import (
    DetectorStage,
    _grayed,
    hardened,
    targets,
)
from srq.runs.processes import Processes
from tests.restore.stand_ins import Where


def test_what_is_faint_or_cannot_be_seen_does_not_count():
    mask = np.array([[[[0, 10, 30, 200, 200]]]], np.uint8)
    change = np.array([[[[0, 0, 30, 50, 3]]]], np.uint8)
    target, weight = targets(mask, change)
    assert target.flatten().tolist() == [0, 0, 0, 1, 1]
    assert weight.flatten().tolist() == [1, 1, 0, 1, 0]


def test_what_is_wide_counts_half():
    mask = np.zeros((2, 1, 60, 60), np.uint8)
    mask[0, :, 10 : 10 + WIDEST, 10:50] = 255
    mask[1, :, 10 : 9 + WIDEST, 10:50] = 255
    target, weight = targets(mask, mask)
    assert np.array_equal(target, mask / 255)
    assert np.array_equal(weight[0], 1 - target[0] / 2)
    assert weight[1].all()


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
    config = tiny("detector.film=0", "detector.sound=0.5", "detector.whole=0.5")
    photographs = load_photographs(config.data)
    place = Place(config, photographs, Processes(), torch.device("cpu"), tmp_path)
    return DetectorStage(place)


def test_half_of_a_batch_is_sound(stage):
    damaged = 0
    for step in range(20):
        pictures, target, weight = stage.batch(step)
        assert pictures.shape == (4, 3, 16, 16)
        assert target.shape == weight.shape == (4, 1, 16, 16)
        damaged += int(target[1].sum())
        assert not target[[0, 2, 3]].any()
        assert weight[2:].all()
    assert damaged


def test_a_share_of_a_batch_is_film(tiny, tmp_path):
    def damaged(film):
        config = tiny(f"detector.film={film}", "detector.sound=0.25", "detector.whole=1")
        photographs = load_photographs(config.data)
        place = Place(config, photographs, Processes(), torch.device("cpu"), tmp_path)
        stage = DetectorStage(place)
        return sum(stage.batch(step)[1].sum((1, 2, 3)) for step in range(20)) > 0

    # All of the other recipe's are undamaged here.
    assert damaged(0).tolist() == [False] * 4
    assert damaged(0.5).tolist() == [False, True, True, False]


class Gives(torch.nn.Module):
    """The same logits for all pictures."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.nn.Parameter(logits)

    def forward(self, pictures):
        return self.logits


def test_few_damaged_pixels_weigh_as_much_as_many(stage):
    def pull(damaged):
        stage.network = Gives(torch.full((1, 1, 32, 32), RARE))
        target = torch.zeros(1, 1, 32, 32)
        target[..., :damaged, :] = 1
        stage.loss((torch.zeros(1, 3, 32, 32), target, torch.ones_like(target))).backward()
        return stage.network.logits.grad[target > 0].sum().item()

    assert pull(4) == pytest.approx(-stage._config.rare / 2)
    assert pull(16) == pytest.approx(-stage._config.rare / 2)


def test_undamaged_pixels_taken_for_damage_count_again(stage):
    logits = torch.full((1, 1, 32, 32), 2 * RARE)
    logits[..., 5, 5] = 1
    stage.network = Gives(logits)
    nothing = torch.zeros(1, 1, 32, 32)
    batch = torch.zeros(1, 3, 32, 32), nothing, torch.ones_like(nothing)
    pull = torch.autograd.grad(stage.loss(batch), stage.network.logits)[0]
    pull = (pull / torch.sigmoid(logits - RARE))[0, 0]
    assert pull[5, 5] > 3 * pull.min() > 0


def test_it_is_measured_on_whole_pictures(stage, tmp_path):
    first, second = stage._examples[:2]
    assert first.clean.shape[:2] == first.spoiled.shape[:2] == first.damaged.shape
    assert {first.clean.shape, second.clean.shape} == {(*p.shape[:2], 3) for p in stage._held}
    # A network that is not trained marks nothing.
    scores = stage.measure(stage.network.eval(), tmp_path)
    assert scores == {"f1": 0, "precision": 0, "recall": 0, "alarms": 0}


def test_of_twenty_clean_photographs_one_at_most_is_believed_to_be_damaged(stage):
    network = Where(lambda pictures: 20 * (pictures[:, :1] - pictures[:, 1:2] - 0.2))
    find = found_by(network)
    before = [find(in_three(picture)) for picture in stage._held]
    network.enough.fill_(1)  # as of weights that a training begins with
    made = stage.finish(network)
    after = [find(in_three(picture)) for picture in stage._held]
    enough = float(network.enough)
    assert enough == pytest.approx(made["enough"])
    assert max(damage_of(found) for found in before) > 0
    same = 0
    for was, found in zip(before, after, strict=True):
        assert (found <= was + 1e-6).all()
        same += bool(found.any()) and np.array_equal(found, was)
        assert np.array_equal(found, believed(was, enough))
    assert same <= 0.05 * len(after)


def test_hard_prints_are_stark_and_hide_what_is_as_white_as_they():
    """A scratch over gray stays, and one over what becomes white is seen no more."""
    before = np.full((40, 3, 32, 32), 0.45, np.float32)
    before[..., :16, :] = 0.75
    pictures = before.copy()
    pictures[..., 10:12] = 0.85
    made, hidden = hardened(pictures, before, np.random.default_rng(2))
    hard = np.array([not np.array_equal(*pair) for pair in zip(made, pictures, strict=True)])
    assert 4 <= hard.sum() <= 20
    assert not hidden[~hard].any()
    spread = made[hard].std((1, 2, 3))
    assert (spread >= 0.99 * pictures[hard].std((1, 2, 3))).all()
    assert spread.max() > 2 * pictures.std((1, 2, 3)).max()
    scratch = hidden[hard, 0, :, 10:12]
    assert scratch[:, :14].any()
    assert not scratch[:, 18:].all((1, 2)).any()
    again = hardened(pictures, before, np.random.default_rng(2))
    assert np.array_equal(made, again[0])
    assert np.array_equal(hidden, again[1])
