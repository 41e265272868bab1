"""Which pictures are whose noise."""

import numpy as np
import pytest
from PIL import Image

from srq.datasets.noisy import noisy_sources
from srq.errors import DataError, StorageError


def save(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((4, 5, 3), 7, np.uint8)).save(path)


def test_folders_are_sources_and_without_them_pictures_are(tmp_path):
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        save(tmp_path / "cameras" / name)
    sources = noisy_sources(tmp_path / "cameras")
    assert {name: len(list(pictures)) for name, pictures in sources.items()} == {"a": 2, "b": 1}
    assert {
        name: next(it).shape for name, it in noisy_sources(tmp_path / "cameras" / "a").items()
    } == {
        "1": (4, 5, 3),
        "2": (4, 5, 3),
    }


def test_pictures_beside_folders_and_nothing_are_refused(tmp_path):
    save(tmp_path / "mixed" / "a" / "1.png")
    save(tmp_path / "mixed" / "2.png")
    with pytest.raises(DataError, match="both pictures and folders"):
        noisy_sources(tmp_path / "mixed")
    with pytest.raises(StorageError):
        noisy_sources(tmp_path / "absent")
