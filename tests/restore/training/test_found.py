"""What a detector is counted right and wrong for."""

import numpy as np

from srq.degrade import Recipe
from srq.restore.defects import find_defects, grown, marks
from srq.restore.training.filled import found_by
from srq.restore.training.found import Counts, examples
from tests.restore.stand_ins import Where


def at(*places):
    mask = np.zeros((20, 20), np.float32)
    for place in places:
        mask[place] = 1
    return mask


def counted(damaged, spoiled, clean):
    counts = Counts()
    counts.add(damaged, spoiled, clean)
    return counts.best()


def test_all_that_is_damaged_is_found():
    damaged = grown(at((5, 5)) > 0)
    _, scores = counted(damaged, at((5, 5)), at())
    assert scores == {"f1": 1, "precision": 1, "recall": 1, "alarms": 0}


def test_a_pixel_beside_it_is_right_and_two_are_not():
    damaged = grown(at((5, 5)) > 0)
    _, scores = counted(damaged, at((5, 6)), at())
    assert scores["precision"] == scores["recall"] == 1
    _, scores = counted(damaged, at((5, 7)), at())
    assert scores["precision"] == 6 / 9
    assert scores["recall"] == 6 / 9


def test_half_of_the_damage_and_half_of_the_marks():
    damaged = grown(at((5, 5), (15, 15)) > 0)
    _, scores = counted(damaged, at((5, 5), (5, 15)), at())
    assert scores["precision"] == scores["recall"] == scores["f1"] == 0.5


def test_the_best_threshold_with_few_alarms_is_taken():
    damaged = grown(at((5, 5), (15, 15)) > 0)
    spoiled = 0.99 * at((5, 5)) + 0.7 * at((15, 15))
    threshold, scores = counted(damaged, spoiled, at())
    assert threshold <= 0.7
    assert scores["recall"] == 1
    # The nine marks of one alarm are 2 % of the clean picture.
    threshold, scores = counted(damaged, spoiled, 0.9 * at((10, 10)))
    assert 0.9 < threshold <= 0.99
    assert scores["recall"] == 0.5
    assert scores["alarms"] == 0
    # Where no threshold has few, that of the fewest is taken.
    threshold, scores = counted(damaged, spoiled, at((10, 10)))
    assert scores["alarms"] == 9 / 400


def test_whole_pictures_are_seen_as_they_are_marked():
    rng = np.random.default_rng(2)
    pictures = [rng.integers(0, 256, (33, 47, 3), dtype=np.uint8) for _ in range(4)]
    pictures[3] = pictures[3][..., 0]
    made = examples(pictures, Recipe.load("old-photo"), 6)
    unfading = Recipe.load("old-photo").without(("colour",))
    assert len(made) == 4
    assert any(each.damaged.any() for each in made)
    for number in (1, 3):
        clean = made[number].clean
        assert clean.shape == (33, 47, 3)
        assert (made[number].spoiled == unfading.apply(clean, scale=1, seed=[6, number])).all()
    high = np.quantile(made[0].spoiled[..., 0], 0.9) / 255
    light = Where(lambda pictures: 50 * (pictures[:, :1] - high), threshold=0.75)
    seen = found_by(light)(made[0].spoiled)
    found = find_defects(light, made[0].spoiled.astype(np.float32) / np.float32(255))
    assert (marks(seen, 0.75) == found).all()
    assert found.any()
