"""Near duplicates: the hash keeps through recompression and resizing, and tells pictures apart."""

import numpy as np
import pytest
from PIL import Image

from srq.datasets.curate.duplicates import drop_duplicates, near_pairs, perceptual_hash
from tests.datasets.curate.scenes import jpeg, noisy, scene


def bits(a, b):
    return (a ^ b).bit_count()


@pytest.mark.parametrize("number", range(6))
def test_the_hash_stays_near_after_what_copies_go_through(number):
    pixels = scene(number)
    small = np.asarray(Image.fromarray(pixels).resize((120, 96), Image.Resampling.BICUBIC))
    for copy in (jpeg(pixels, 50), noisy(pixels, 4), small):
        assert bits(perceptual_hash(pixels), perceptual_hash(copy)) <= 4


def test_other_pictures_are_far_apart():
    hashes = [perceptual_hash(scene(number)) for number in range(20)]
    assert min(bits(a, b) for k, a in enumerate(hashes) for b in hashes[:k]) > 8


@pytest.mark.parametrize("distance", [0, 1, 4, 16])
def test_near_pairs_are_those_of_comparing_all_with_all(distance):
    rng = np.random.default_rng(distance)
    hashes = [int(value) for value in rng.integers(0, 2**64, 60, np.uint64)]
    for one in hashes[:40]:
        flips = rng.choice(64, rng.integers(0, 20), replace=False)
        hashes.append(one ^ sum(1 << int(k) for k in flips))
    found = list(near_pairs(np.array(hashes, np.uint64), distance))
    expected = {
        (a, b): bits(hashes[a], hashes[b])
        for a in range(100)
        for b in range(a + 1, 100)
        if bits(hashes[a], hashes[b]) <= distance
    }
    assert len(found) == len(expected)
    assert {(min(a, b), max(a, b)): n for a, b, n in found} == expected


def test_the_best_of_a_group_stays():
    hashes, contents = [0b0, 0b1, 0b1111, 0b0], ["a", "b", "c", "a"]
    assert drop_duplicates(hashes, contents, [1, 0, 2, 3], 1) == {0: (1, 1), 3: (1, 1)}
    # One that went drops nothing: 0b1111 is three bits from what stayed.
    assert drop_duplicates(hashes, contents, [0, 1, 2, 3], 3) == {1: (0, 1), 3: (0, 0)}
