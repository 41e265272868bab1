"""Crops of clean pictures, hard ones among them."""

import numpy as np
import pytest
import torch  # noqa: F401 (without it these tests are skipped)

from srq.restore.training.sound import SoundCrops, thinness


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(5)
    return [
        rng.integers(0, 256, (40, 50, 3), dtype=np.uint8),
        rng.integers(0, 256, (50, 40), dtype=np.uint8),
        np.full((60, 60, 3), (200, 90, 30), np.uint8),
    ]


def test_a_batch_is_the_same_whatever_came_before(pictures):
    through = SoundCrops(pictures, 3, gray=0.5)
    batches = [through.crops(step, 3, 16).tobytes() for step in range(9)]
    assert len(set(batches)) == len(batches)
    assert SoundCrops(pictures, 3, gray=0.5).crops(7, 3, 16).tobytes() == batches[7]
    assert SoundCrops(pictures, 4, gray=0.5).crops(7, 3, 16).tobytes() != batches[7]


def test_processes_share_a_batch(pictures):
    whole = SoundCrops(pictures, 3, gray=0).crops(5, 3, 16)
    for rank in range(2):
        part = SoundCrops(pictures, 3, gray=0, rank=rank, world=2).crops(5, 3, 16)
        assert (part == whole[rank::2]).all()
    assert SoundCrops(pictures, 3, gray=0).crops(5, 0, 16).shape == (0, 3, 16, 16)


def test_nothing_is_done_to_them(pictures):
    crops = SoundCrops(pictures[2:], 3, gray=0).crops(0, 4, 16)
    assert (crops == np.array([200, 90, 30], np.uint8)[:, None, None]).all()
    gray = SoundCrops(pictures[2:], 3, gray=1).crops(0, 4, 16)
    assert (gray == round(0.299 * 200 + 0.587 * 90 + 0.114 * 30)).all()


def test_thin_things_are_hard():
    flat = np.full((3, 32, 32), 60, np.uint8)
    rope, wall = flat.copy(), flat.copy()
    rope[:, :, 14:17] = 220
    wall[:, :, 16:] = 220
    assert thinness(flat) == 0
    assert thinness(rope) > 4 * thinness(wall)


def test_every_other_crop_is_a_hard_one(pictures):
    smooth = [pictures[2]] * 3
    crops = SoundCrops([pictures[0], *smooth], 1, gray=0)
    hard = easy = 0
    for step in range(60):
        first, second = crops.crops(step, 2, 16)
        hard += thinness(first) > 0
        easy += thinness(second) > 0
    assert hard > 1.5 * easy > 0
