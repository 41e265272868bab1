import os

import numpy as np
import pytest

from srq.datasets import lists
from srq.datasets.benchmarks import load_set
from srq.datasets.lists import (
    EXCLUSIONS,
    HELD_OUT,
    SKIMAGE_PICTURES,
    TRAINING_SETS,
    pictures_in,
    training_pictures,
)
from srq.datasets.protocol import luma_of
from srq.errors import DataError, StorageError
from srq.image.io import read
from srq.image.resize import bicubic


def test_skimage_gives_all_that_is_in_the_wheel():
    pictures = training_pictures(["skimage"])
    assert [path.name for path in pictures] == list(SKIMAGE_PICTURES)
    assert all(min(read(path).pixels.shape[:2]) >= 300 for path in pictures)


def test_the_papers_training_sets_leave_the_exclusions_out(shared_data):
    pictures = training_pictures(["T91", "BSD200"])
    assert len(pictures) == 290
    assert len(set(pictures)) == 290
    names = {(path.parent.name, path.stem) for path in pictures}
    for entry in EXCLUSIONS:
        assert (entry.set, entry.picture) not in names
        assert entry.picture in {picture.name for picture in load_set(entry.set)}
        assert entry.reason


def test_what_is_held_out_is_trained_on_by_nobody(shared_data):
    trained = training_pictures([name for name in TRAINING_SETS if name != HELD_OUT])
    held = training_pictures([HELD_OUT])
    assert len(held) == 21
    assert not set(held) & set(trained)
    assert {p.name for p in held} | {p.name for p in training_pictures(["HRluma"])} == {
        p.path.name for p in load_set("HRluma")
    }


def test_the_excluded_picture_is_the_woman_of_set5(shared_data):
    """302003 holds the picture of `woman` at another size; no other picture of BSD200 does."""
    woman = luma_of(read(shared_data / "Set5" / "woman.webp").pixels)

    def likeness(path):
        picture = luma_of(read(path).pixels)
        best = -1.0
        for part in (slice(None), slice(0, 321), slice(80, 401), slice(160, 481)):
            cut = picture[part] if picture.shape[0] > picture.shape[1] else picture[:, part]
            small = [bicubic(np.ascontiguousarray(p), size=(24, 16)) for p in (cut, woman)]
            best = max(best, float(np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1]))
        return best

    found = {path.stem: likeness(path) for path in sorted((shared_data / "BSD200").glob("3*.webp"))}
    assert max(found, key=found.__getitem__) == "302003"
    assert found["302003"] > 0.9


def test_folders_are_searched_with_all_below_them(photos):
    (photos / "notes.txt").write_text("no picture")
    (photos / ".hidden.png").write_bytes(b"")
    names = [path.relative_to(photos).as_posix() for path in pictures_in(photos)]
    assert names == ["a.png", "b.webp", "c.bmp", "d.tif", "more/e.png"]
    assert training_pictures([photos, photos / "a.png"]) == pictures_in(photos)


def test_what_is_no_training_set_is_refused(tmp_path):
    with pytest.raises(DataError, match="Set5 is a test set and must not be trained on"):
        training_pictures(["Set5"])
    with pytest.raises(DataError, match="'BSD20' is neither a training set"):
        training_pictures(["BSD20"])
    with pytest.raises(DataError, match="No training set was named"):
        training_pictures([])
    with pytest.raises(DataError, match=f"{tmp_path} holds no pictures"):
        training_pictures([tmp_path])


def test_a_folder_without_permission_is_told(tmp_path, monkeypatch):
    (tmp_path / "locked").mkdir()

    # Root reads every folder, so the refusal is made here.
    def scandir(path):
        if os.fspath(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path)

    real = os.scandir
    monkeypatch.setattr(lists.os, "scandir", scandir)
    with pytest.raises(StorageError, match="Cannot read .*locked: permission is denied"):
        pictures_in(tmp_path)


def test_a_missing_scikit_image_is_told(monkeypatch):
    monkeypatch.setattr(lists, "find_spec", lambda name: None)
    with pytest.raises(lists.MissingDependencyError, match="pip install scikit-image"):
        training_pictures(["skimage"])
