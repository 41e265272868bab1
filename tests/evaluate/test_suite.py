"""Cases: how many, in which order, and that LR is what the protocols say."""

import numpy as np
import pytest
from PIL import Image

from srq.datasets.manifest import Entry, LowRes, write_manifest
from srq.datasets.protocol import clean_pair, compressed_pair
from srq.errors import ConfigError, DataError
from srq.evaluate import Suite
from srq.evaluate.sources import find_sources


def test_clean_cases_follow_the_protocol(pictures):
    suite = Suite([str(pictures)], scale=3)
    cases = list(suite)
    assert len(cases) == len(suite) == 3
    assert [case.source.name for case in cases] == ["a", "b", "gray"]
    assert {case.condition for case in cases} == {"clean"}
    for case, size in zip(cases, [(39, 51), (48, 36), (33, 33)], strict=True):
        lr, hr = clean_pair(case.source.read(), 3)
        assert case.hr.shape == size
        assert np.array_equal(case.lr, lr)
        assert np.array_equal(case.hr, hr)


def test_compressed_cases_come_quality_by_quality(pictures):
    suite = Suite([str(pictures)], qualities=(10, 90))
    cases = list(suite)
    assert suite.conditions == ("Q10", "Q90")
    assert [(c.source.name, c.condition) for c in cases][:3] == [
        ("a", "Q10"),
        ("a", "Q90"),
        ("b", "Q10"),
    ]
    assert len(cases) == len(suite) == 6
    assert np.array_equal(cases[1].lr, compressed_pair(cases[1].source.read(), 2, 90).lr)


def test_the_hash_is_that_of_the_file(pictures, tmp_path):
    source = find_sources(str(pictures))[0]
    (tmp_path / "copy").mkdir()
    copy = tmp_path / "copy" / "a.png"
    copy.write_bytes(source.path.read_bytes())
    assert find_sources(str(copy.parent))[0].sha256 == source.sha256
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(copy)
    assert find_sources(str(copy.parent))[0].sha256 != source.sha256


@pytest.fixture
def manifest(tmp_path):
    """One HR of 8x12 with two LR pictures of half its size, one from a recipe."""
    hr = np.arange(96, dtype=np.uint8).reshape(8, 12)
    Image.fromarray(hr).save(tmp_path / "hr.png")
    Image.fromarray(hr[::2, ::2]).save(tmp_path / "one.png")
    Image.fromarray(hr[1::2, ::2]).save(tmp_path / "two.png")
    lows = (LowRes(tmp_path / "one.png", recipe="paper"), LowRes(tmp_path / "two.png"))
    path = tmp_path / "pairs.jsonl"
    write_manifest(path, [Entry(tmp_path / "hr.png", 2, lows)])
    return path


def test_a_manifest_brings_its_own_lr(manifest):
    suite = Suite([str(manifest)])
    first, second = suite
    assert (first.source.set, first.source.name) == ("pairs", "hr")
    assert suite.conditions == (first.condition, second.condition) == ("paper", "two")
    assert np.array_equal(second.lr, first.hr[1::2, ::2])


def test_a_manifest_of_another_scale_is_refused(manifest):
    with pytest.raises(DataError, match="'pairs' is of scale 2, the measurement of scale 3"):
        Suite([str(manifest)], scale=3)


def test_a_manifest_takes_no_jpeg_qualities(manifest):
    with pytest.raises(ConfigError, match="brings its own LR pictures"):
        Suite([str(manifest)], qualities=(50,))


def test_a_manifest_whose_sizes_do_not_match_is_refused(manifest):
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(manifest.parent / "two.png")
    with pytest.raises(DataError, match="hr.png is 12x8, not 2 times .*two.png, which is 5x4"):
        list(Suite([str(manifest)]))


def test_a_set_that_is_nothing_known_is_refused():
    with pytest.raises(DataError, match="'Set6' is neither a test set .Set5, .* nor a folder"):
        Suite(["Set6"])


def test_two_pictures_of_one_name_are_refused(pictures):
    with pytest.raises(DataError, match="Two pictures are called small/a"):
        Suite([str(pictures), str(pictures)])


@pytest.mark.parametrize("quality", [0, 101, -5])
def test_qualities_that_jpeg_does_not_know_are_refused(pictures, quality):
    with pytest.raises(ConfigError, match=f"from 1 to 100, not {quality}"):
        Suite([str(pictures)], qualities=(quality,))


def test_a_picture_is_found_by_set_and_name(pictures):
    suite = Suite([str(pictures)])
    assert suite.source("small/b").name == "b"
    with pytest.raises(DataError, match="no picture 'small/z'"):
        suite.source("small/z")
