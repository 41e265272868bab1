import json

import numpy as np
import pytest
from PIL import Image

from benchmarks.studies import odd_files
from benchmarks.studies.odd_files import Found, examine, is_defect, picture_files
from srq.engines import open_engine
from srq.image.io import Picture, encode
from tests.upscaling.sharpen_program import sharpen_program

SMALL = Picture(np.arange(7 * 9 * 3, dtype=np.uint8).reshape(7, 9, 3))


@pytest.fixture(scope="module")
def engine():
    """The sharpening program on the reference."""
    return open_engine(sharpen_program(), "reference")


@pytest.fixture
def folder(tmp_path):
    whole = encode(SMALL, ".png")
    files = {
        "good.png": whole,
        "by-content": whole,
        "cut.png": whole[: len(whole) // 2],
        "other.tga": b"\0\0\2" + bytes(9) + b"\1\0\1\0\x18\0abc",
        "notes.txt": b"nothing",
        "below/empty.jpg": b"",
    }
    for name, data in files.items():
        path = tmp_path / "odd" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    frames = [Image.new("RGB", (9, 7), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "odd/two.gif", save_all=True, append_images=frames[1:])
    return tmp_path / "odd"


def test_pictures_are_found_by_name_or_content(folder):
    Image.init()
    names = [path.relative_to(folder).as_posix() for path in picture_files(folder)]
    assert names == ["below/empty.jpg", "by-content", "cut.png", "good.png", "other.tga", "two.gif"]


def test_each_outcome(folder, tmp_path, engine, monkeypatch):
    found = {path.name: examine(path, engine, tmp_path) for path in picture_files(folder)}
    assert {name: one.outcome for name, one in found.items()} == {
        "empty.jpg": "damaged",
        "by-content": "upscaled",
        "cut.png": "damaged",
        "good.png": "upscaled",
        "other.tga": "unsupported",
        "two.gif": "upscaled",
    }
    assert found["two.gif"].sentence == "several"
    assert not any(is_defect(one) for one in found.values())
    monkeypatch.setattr(odd_files, "MOST_PIXELS", 10)
    assert examine(folder / "good.png", engine, tmp_path).outcome == "read"


def test_defects_are_seen(folder, tmp_path, engine, monkeypatch):
    def fail(path):
        raise KeyError(path)

    monkeypatch.setattr(odd_files, "read_any", fail)
    one = examine(folder / "good.png", engine, tmp_path)
    assert (one.outcome, is_defect(one)) == ("defect", True)
    assert "KeyError" in one.sentence
    assert is_defect(Found("PNG", "damaged", pillow=True))
    assert not is_defect(Found("PNG", "damaged"))
    assert is_defect(Found("PNG", "read", printed="TIFFReadDirectory: ..."))
    assert is_defect(Found("PNG", "late"))


def test_a_wrong_damaged_is_seen(folder, tmp_path, engine, monkeypatch):
    def damaged(path):
        raise odd_files.DamagedImageError("it is damaged.")

    monkeypatch.setattr(odd_files, "read_any", damaged)
    assert is_defect(examine(folder / "good.png", engine, tmp_path))
    assert not is_defect(examine(folder / "cut.png", engine, tmp_path))


@pytest.mark.slow
def test_a_report_in_a_process_of_its_own(folder, tmp_path, monkeypatch, capsys):
    path = tmp_path / "report.json"
    monkeypatch.setattr("sys.argv", ["odd_files", str(folder), "--json", str(path)])
    assert odd_files.main() == 0
    report = json.loads(path.read_text())
    assert report["folders"] == [{"name": f"{tmp_path.name}/odd", "files": 6}]
    assert (report["kinds"]["PNG"]["upscaled"], report["kinds"]["PNG"]["damaged"]) == (2, 1)
    assert (report["several"], report["defects"], report["printed"]) == (1, 0, 0)
    monkeypatch.setattr(odd_files, "RESULT", path)
    assert "| PNG |" not in odd_files.tables()["kinds"]  # Few are "others".
    assert "| all | 6 | 3 |" in odd_files.tables()["kinds"]
    assert "| picture files | 6 |" in odd_files.tables()["summary"]
