"""Pools built from pictures: what they hold, and that the way there does not matter."""

import numpy as np
import pytest
from skimage import data

from srq.datasets.build import build_pool
from srq.datasets.lists import pictures_in
from srq.datasets.protocol import clean_pair, luma_of, modcrop
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError, ImageError, StorageError
from srq.image.io import read
from srq.image.resize import bicubic

BICUBIC = Recipe.load("bicubic")
PAPER = Recipe.load("paper")


def same(one, two):
    return (
        (one.lr == two.lr).all()
        and (one.hr == two.hr).all()
        and (one.index == two.index).all()
        and one.fingerprint == two.fingerprint
    )


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_bicubic_pool_holds_the_clean_protocols_pairs(photos, scale):
    pictures = pictures_in(photos)
    pool = build_pool(pictures, scale=scale, recipe=BICUBIC, crop=4)
    assert len(pool) == len(pictures)
    for i, path in enumerate(pictures):
        lr, hr = pool.pair(i)
        expected = clean_pair(read(path).pixels, scale)
        assert (lr == expected.lr).all()
        assert (hr == expected.hr).all()


def test_an_rgb_recipe_is_applied_in_colour_and_luma_taken_after():
    picture = data.astronaut()[:65, :80]
    recipe = Recipe.parse('[[step]]\nkind="downscale"\n[[step]]\nkind="jpeg"\nquality=20\n', "j")
    pool = build_pool([picture], scale=2, recipe=recipe, crop=8)
    lr, hr = pool.pair(0)
    cropped = modcrop(picture, 2)
    assert (hr == luma_of(cropped)).all()
    assert (lr == luma_of(recipe.apply(cropped, scale=2, seed=0))).all()


def test_scales_and_variants_multiply_and_share_their_hr():
    picture = data.camera()[:60, :80]
    pool = build_pool(
        [picture], scale=2, recipe=PAPER, crop=4, augment_scales=(1.0, 0.5), variants=3, seed=5
    )
    assert len(pool) == 6
    assert pool.lr.size == 3 * (30 * 40 + 15 * 20)
    assert pool.hr.size == 60 * 80 + 30 * 40
    lrs = [pool.pair(i)[0] for i in range(6)]
    assert [lr.shape for lr in lrs] == [(30, 40)] * 3 + [(15, 20)] * 3
    assert (lrs[0] != lrs[1]).any()
    assert (lrs[1] != lrs[2]).any()
    assert (pool.pair(4)[1] == bicubic(picture, scale=0.5)).all()
    # A recipe that never varies is applied once.
    once = build_pool([picture], scale=2, recipe=BICUBIC, crop=4, variants=3)
    assert len(once) == 1


def test_any_number_of_workers_gives_the_same_bytes(photos):
    settings = {
        "scale": 2,
        "recipe": PAPER,
        "crop": 8,
        "augment_scales": (1.0, 0.7),
        "variants": 2,
        "seed": 3,
    }
    pictures = pictures_in(photos)
    seen = []
    one = build_pool(pictures, **settings, progress=lambda *done: seen.append(done))
    two = build_pool(pictures, **settings, workers=2)
    assert same(one, two)
    assert seen == [(n, 5) for n in range(1, 6)]
    other = build_pool(pictures, **{**settings, "seed": 4})
    assert (one.lr != other.lr).any()
    assert one.fingerprint != other.fingerprint


def test_a_pictures_pairs_do_not_depend_on_the_others(photos):
    pictures = pictures_in(photos)
    pool = build_pool(pictures, scale=2, recipe=PAPER, crop=8)
    back = build_pool(pictures[::-1], scale=2, recipe=PAPER, crop=8)
    for i in range(5):
        assert (pool.pair(i)[0] == back.pair(4 - i)[0]).all()
    # A file and its pixels are one picture.
    array = build_pool([read(pictures[0]).pixels], scale=2, recipe=PAPER, crop=8)
    assert (array.pair(0)[0] == pool.pair(0)[0]).all()


def test_small_pictures_are_left_out_and_named(photos):
    pictures = pictures_in(photos)
    pool = build_pool(pictures, scale=2, recipe=BICUBIC, crop=17, augment_scales=(1.0, 0.9))
    # a 52x40 (and at 0.9: 47x36), c 36x36; d is 64x30, e 31x48, b 47x33.
    assert [tuple(row) for row in pool.index[:, :2]] == [(20, 26), (18, 23), (18, 18)]
    assert len(pool.skipped) == 3
    assert "b.webp (47x33) is smaller than a crop of 34x34" in pool.skipped[0]
    with pytest.raises(DataError, match=r"No training pair is left; .*a\.png \(52x40\) is small"):
        build_pool(pictures, scale=2, recipe=BICUBIC, crop=64)
    with pytest.raises(DataError, match=r"A picture \(1x1\) is smaller than a crop of 16x16"):
        build_pool([np.zeros((1, 1), np.uint8)], scale=2, recipe=BICUBIC, crop=8)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_damaged_file_is_named(photos, workers):
    whole = (photos / "b.webp").read_bytes()
    (photos / "b.webp").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageError, match=r"b\.webp"):
        build_pool(pictures_in(photos), scale=2, recipe=BICUBIC, crop=4, workers=workers)
    with pytest.raises(StorageError, match=r"gone\.png"):
        build_pool([photos / "gone.png"], scale=2, recipe=BICUBIC, crop=4)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scale": 0}, "'scale' must be at least 1"),
        ({"crop": 0}, "'crop' must be at least 1"),
        ({"variants": 0}, "'variants' must be at least 1"),
        ({"workers": 0}, "'workers' must be at least 1"),
        ({"augment_scales": ()}, "'augment_scales' must be"),
        ({"augment_scales": (1.0, 1.1)}, "'augment_scales' must be .* not .1.0, 1.1."),
    ],
)
def test_wrong_numbers_are_refused(change, sentence):
    settings = {"scale": 2, "recipe": BICUBIC, "crop": 4, **change}
    with pytest.raises(ConfigError, match=sentence):
        build_pool([data.camera()], **settings)


def test_an_array_of_the_wrong_kind_is_refused():
    for wrong in (np.zeros((9, 9)), np.zeros((9, 9, 4), np.uint8), np.zeros(9, np.uint8)):
        with pytest.raises(DataError, match="must be uint8 of shape"):
            build_pool([wrong], scale=2, recipe=BICUBIC, crop=2)
