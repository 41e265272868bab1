import numpy as np
import pytest

from srq.datasets.degrading.run import degrade
from srq.datasets.manifest import Entry, LowRes, write_manifest
from srq.datasets.paired import load_pairs
from srq.datasets.protocol import luma_of, modcrop
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError, ImageError
from srq.image.io import Picture, read, write


@pytest.fixture
def manifest(photos, tmp_path):
    """Made by `srq data degrade` from the photos, at scale 2."""
    out = tmp_path / "lr"
    return degrade(photos, out, recipe=Recipe.load("paper"), scale=2).manifest


def test_a_pool_holds_the_pairs_of_the_manifest(manifest, photos):
    pool = load_pairs(manifest, scale=2, crop=4)
    assert len(pool) == 5
    names = ["a.png", "b.webp", "c.bmp", "d.tif", "more/e.png"]
    for i, name in enumerate(names):
        lr, hr = pool.pair(i)
        lr_file = manifest.parent / name.replace(name.rpartition(".")[2], "png")
        assert (lr == luma_of(read(lr_file).pixels)).all()
        assert (hr == luma_of(modcrop(read(photos / name).pixels, 2))).all()


def test_workers_and_progress(manifest):
    seen = []
    one = load_pairs(manifest, scale=2, crop=4, progress=lambda *done: seen.append(done))
    two = load_pairs(manifest, scale=2, crop=4, workers=2)
    assert seen == [(n, 5) for n in range(1, 6)]
    assert one.fingerprint == two.fingerprint
    assert (one.lr == two.lr).all()
    assert (one.hr == two.hr).all()


def test_many_lrs_of_one_hr_share_it(tmp_path):
    hr = np.random.default_rng(0).integers(0, 256, (13, 16), np.uint8)
    write(tmp_path / "hr.png", Picture(hr))
    lrs = []
    for number in range(3):
        lrs.append(LowRes(tmp_path / f"{number}.png"))
        write(lrs[-1].path, Picture(np.full((6, 8), number, np.uint8)))
    write_manifest(tmp_path / "m.jsonl", [Entry(tmp_path / "hr.png", 2, tuple(lrs))])
    pool = load_pairs(tmp_path / "m.jsonl", scale=2, crop=2)
    assert [int(pool.pair(i)[0][0, 0]) for i in range(3)] == [0, 1, 2]
    # The surplus row of HR is dropped.
    assert all((pool.pair(i)[1] == hr[:12]).all() for i in range(3))
    assert pool.hr.size == 12 * 16


def test_sizes_that_do_not_match_are_told(manifest, photos):
    write(manifest.parent / "a.png", Picture(np.zeros((19, 26), np.uint8)))
    with pytest.raises(
        DataError, match=r"a\.png is 26x19, but its HR .*a\.png of 52x40 needs 26x20 at scale 2"
    ):
        load_pairs(manifest, scale=2, crop=4)


def test_small_pairs_are_skipped_and_named(manifest):
    pool = load_pairs(manifest, scale=2, crop=16)
    assert len(pool) == 3
    assert "d.png (32x15) is smaller than a crop of 16x16" in pool.skipped[0]
    with pytest.raises(DataError, match="No training pair is left"):
        load_pairs(manifest, scale=2, crop=100)


def test_what_cannot_be_used_is_told(manifest):
    with pytest.raises(DataError, match="has no pairs of scale 3"):
        load_pairs(manifest, scale=3, crop=4)
    with pytest.raises(ConfigError, match="at least 1"):
        load_pairs(manifest, scale=2, crop=0)
    (manifest.parent / "b.png").write_bytes(b"no picture")
    with pytest.raises(ImageError, match=r"b\.png"):
        load_pairs(manifest, scale=2, crop=4)
