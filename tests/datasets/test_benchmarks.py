import hashlib

import numpy as np
import pytest
from PIL import Image

from srq.datasets import benchmarks
from srq.datasets.benchmarks import BENCHMARKS, data_root, load_benchmark, load_set
from srq.errors import DataError


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A data folder with a Set5 of one RGB picture and a Set14 of one gray."""
    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (6, 8, 3), np.uint8)
    gray = rng.integers(0, 256, (5, 7), np.uint8)
    rows = ["set,file,width,height,mode,sha256_pixels"]
    for name, mode, pixels, stored in (
        ("Set5", "RGB", colour, colour),
        ("Set14", "L", gray, np.stack([gray] * 3, axis=-1)),
    ):
        (tmp_path / name).mkdir()
        Image.fromarray(stored).save(tmp_path / name / "a.png")
        digest = hashlib.sha256(pixels).hexdigest()
        rows.append(f"{name},a.png,{pixels.shape[1]},{pixels.shape[0]},{mode},{digest}")
    (tmp_path / "MANIFEST.csv").write_text("\n".join(rows) + "\n")
    monkeypatch.setenv("SRQ_DATA", str(tmp_path))
    return tmp_path, colour, gray


def test_pictures_are_read_as_the_manifest_says(small):
    _, colour, gray = small
    (picture,) = load_benchmark("Set5")
    assert (picture.name, picture.is_gray) == ("a", False)
    assert (picture.rgb_or_gray == colour).all()
    (picture,) = load_benchmark("Set14")
    assert picture.is_gray
    assert picture.rgb_or_gray.shape == (5, 7)
    assert (picture.rgb_or_gray == gray).all()


def test_a_changed_picture_is_noticed(small):
    root, colour, _ = small
    Image.fromarray(255 - colour).save(root / "Set5" / "a.png")
    with pytest.raises(DataError, match=r"a\.png is not the picture its manifest names"):
        _ = load_benchmark("Set5")[0].rgb_or_gray


def test_an_unknown_set_is_refused(small):
    with pytest.raises(DataError, match="'T91' is no test set; choose one of Set5, Set14"):
        load_benchmark("T91")
    with pytest.raises(DataError, match="no set called 'B100'"):
        load_benchmark("B100")


def test_a_folder_without_a_manifest_says_what_to_set(tmp_path, monkeypatch):
    monkeypatch.setenv("SRQ_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"holds no MANIFEST\.csv; set SRQ_DATA to the folder"):
        load_set("Set5")
    (tmp_path / "MANIFEST.csv").write_text("set,file\nSet5,a.png\n")
    with pytest.raises(DataError, match="lacks one of the columns"):
        load_set("Set5")
    monkeypatch.setenv("SRQ_DATA", str(tmp_path / "no"))
    with pytest.raises(DataError, match="SRQ_DATA is .*no, which is no folder; set SRQ_DATA"):
        data_root()


def test_without_srq_data_the_shared_folder_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("SRQ_DATA", raising=False)
    (tmp_path / "shared" / "data").mkdir(parents=True)
    (tmp_path / "repo").mkdir()
    monkeypatch.chdir(tmp_path / "repo")
    assert data_root() == (tmp_path / "shared" / "data").resolve()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        benchmarks, "__file__", str(tmp_path / "other" / "tree" / "srq" / "datasets" / "x.py")
    )
    with pytest.raises(DataError, match="not found in ../shared/data; set SRQ_DATA"):
        data_root()


@pytest.mark.parametrize(
    ("name", "count"), [("Set5", 5), ("Set14", 14), ("B100", 100), ("Urban100", 100)]
)
def test_the_real_sets_are_whole(shared_data, name, count):
    pictures = load_benchmark(name)
    assert name in BENCHMARKS
    assert len(pictures) == count
    assert all(picture.path.is_file() for picture in pictures)
    # Each is checked as it is read; a few will do here.
    for picture in pictures[:: max(1, count // 5)]:
        assert picture.rgb_or_gray.dtype == np.uint8


def test_only_bridge_is_gray(shared_data):
    gray = [p.name for name in BENCHMARKS for p in load_benchmark(name) if p.is_gray]
    assert gray == ["bridge"]
