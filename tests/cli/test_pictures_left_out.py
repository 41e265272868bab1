"""A folder's run tells what it leaves out, why, and by its exit code if that was a picture."""

import json
import sys

import numpy as np
import pytest

from srq import zoo
from srq.cli.app import main
from srq.image.encode import encode
from srq.image.io import Picture, write
from srq.program import save
from tests.upscaling.sharpen_program import sharpen_program

SMALL = Picture(np.arange(7 * 9 * 3, dtype=np.uint8).reshape(7, 9, 3))
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """in/ with one picture, and the sharpening program as the zoo's kim-x2."""
    (tmp_path / "zoo").mkdir()
    save(sharpen_program(), tmp_path / "zoo" / "kim-x2.srq")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "zoo")
    monkeypatch.chdir(tmp_path)
    write("in/a.png", SMALL)
    return tmp_path / "in"


def run(capsys, *arguments):
    code = main(["upscale", "in", "out", *arguments, "--json", "report.json"])
    out, err = capsys.readouterr()
    with open("report.json") as file:
        return code, out, err, json.load(file)["left_out"]


def test_a_folder_of_pictures_alone_leaves_nothing_out(folder, capsys):
    code, out, err, left_out = run(capsys)
    assert (code, err, left_out) == (0, "", [])
    assert "1 done, 0 skipped, 0 failed; " in out


def test_what_is_no_picture_is_named_and_no_failure(folder, capsys):
    for name in ("IMG_1.MOV", "IMG_2.mov", "notes.txt", ".hidden"):
        (folder / name).write_bytes(b"something")
    (folder / "below").mkdir()
    write("in/below/b.png", SMALL)
    code, out, err, left_out = run(capsys)
    assert code == 0
    assert "1 done, 0 skipped, 0 failed, 4 left out; " in out
    assert err.splitlines() == [
        "2 left out (a video; srq upscale takes each by its own name): IMG_1.MOV, IMG_2.mov",
        "1 left out (a folder; --recursive takes what is in it): below",
        "1 left out (no picture): notes.txt",
    ]
    assert [(one["source"], one["kind"]) for one in left_out] == [
        ("in/IMG_1.MOV", "video"),
        ("in/IMG_2.mov", "video"),
        ("in/below", "folder"),
        ("in/notes.txt", "other"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "kind", "because"),
    [
        ("a.dng", b"II*\0" + bytes(99), "unsupported", "a kind of picture that srq does not read;"),
        ("a.tga", bytes(99), "unsupported", "a kind of picture that srq does not read;"),
        ("a.svg", b"<svg/>", "unsupported", "a kind of picture that srq does not read;"),
        ("a", encode(SMALL, ".png"), "name", "PNG by its content; end its name in .png"),
        ("a.jpg_large", encode(SMALL, ".jpg"), "name", "JPEG by its content; end its name in .jpg"),
        (
            "a.HEIC",
            HEIC,
            "extra",
            "a HEIC picture needs pillow_heif, which is not installed; pip install 'srq[heic]'",
        ),
    ],
)
def test_a_picture_that_is_left_out_is_a_failure(
    folder, capsys, monkeypatch, name, data, kind, because
):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (folder / name).write_bytes(data)
    code, out, err, left_out = run(capsys)
    assert code == 2
    assert "1 done, 0 skipped, 0 failed, 1 left out; " in out
    assert err.startswith(f"1 left out ({because}")
    assert err.endswith(f": {name}\n")
    assert (left_out[0]["source"], left_out[0]["kind"]) == (f"in/{name}", kind)
    assert left_out[0]["because"].startswith(because)


def test_many_names_are_cut_short_on_the_screen_alone(folder, capsys):
    for number in range(25):
        (folder / f"IMG_{number:02}.MOV").touch()
    code, _, err, left_out = run(capsys)
    assert code == 0
    assert err.startswith("25 left out (a video; ")
    assert err.endswith("IMG_09.MOV and 15 more (all in --json)\n")
    assert len(left_out) == 25


def test_a_folder_without_pictures_tells_what_is_there(folder, capsys):
    (folder / "a.png").unlink()
    (folder / "a.cr2").write_bytes(b"II*\0")
    assert main(["upscale", "in"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err[0].startswith("1 left out (a kind of picture that srq does not read; ")
    assert err[1].startswith("in holds no picture (.png, ")


def test_an_extra_that_the_results_need_is_told_before_any_work(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    code, _, err, _ = run(capsys, "--format", "heic")
    assert code == 2
    assert err == (
        "1 left out (a HEIC picture needs pillow_heif, which is not installed;"
        " pip install 'srq[heic]'): a.png\n"
    )
