import re
from pathlib import Path

import pytest

from srq.batch.jobs import left_out, plan_jobs
from srq.errors import ConfigError, DataError, StorageError


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with a picture, and a folder of pictures and other things."""
    names = "photo.jpg in/b.PNG in/a.jpeg in/notes.txt in/.hidden.png in/deep/c.webp in/.git/d.png"
    for name in names.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planned(source, target=None, ending="-x2", **options):
    target = None if target is None else Path(target)
    return [
        (str(job.source), str(job.target))
        for job in plan_jobs(Path(source), target, ending=ending, **options)
    ]


@pytest.mark.parametrize(
    ("target", "options", "expected"),
    [
        (None, {}, "photo-x2.png"),
        (None, {"ending": "-x4", "suffix": ".webp"}, "photo-x4.webp"),
        ("large.tif", {}, "large.tif"),
        ("new/large.tif", {"suffix": ".TIF"}, "new/large.tif"),
        ("in", {}, "in/photo.jpg"),
        ("in", {"suffix": ".png"}, "in/photo.png"),
    ],
)
def test_a_picture(here, target, options, expected):
    assert planned("photo.jpg", target, **options) == [("photo.jpg", expected)]


def test_a_folder(here):
    assert planned("in", "out") == [("in/a.jpeg", "out/a.jpeg"), ("in/b.PNG", "out/b.PNG")]


def test_a_folder_with_all_below_in_one_format(here):
    assert planned("in", "out", recursive=True, suffix=".png") == [
        ("in/a.jpeg", "out/a.png"),
        ("in/b.PNG", "out/b.png"),
        ("in/deep/c.webp", "out/deep/c.png"),
    ]


def test_a_folder_without_a_name_for_the_result(here, monkeypatch):
    assert planned("in", ending="-x3")[0] == ("in/a.jpeg", str(here / "in-x3/a.jpeg"))
    monkeypatch.chdir(here / "in")
    assert planned(".")[0] == ("a.jpeg", str(here / "in-x2/a.jpeg"))


def test_results_within_the_folder_are_no_sources(here):
    (here / "in/out").mkdir()
    (here / "in/out/a.jpeg").touch()
    sources = [source for source, _ in planned("in", "in/out", recursive=True)]
    assert sources == ["in/a.jpeg", "in/b.PNG", "in/deep/c.webp"]


@pytest.mark.parametrize(
    ("source", "target", "options", "error", "sentence"),
    [
        ("gone.jpg", None, {}, StorageError, "Cannot read gone.jpg: it does not exist; check"),
        ("photo.jpg", "photo.jpg", {}, ConfigError, "photo.jpg is a picture to read; give"),
        ("photo.jpg", "in/../photo.jpg", {}, ConfigError, "is a picture to read"),
        ("photo.jpg", "large.tga", {}, ConfigError, "large.tga does not say a format; end it in"),
        ("photo.jpg", "large", {}, ConfigError, "large does not say a format"),
        ("photo.jpg", "a.png", {"suffix": ".jpg"}, ConfigError, "another format than .jpg"),
        ("photo.jpg", None, {"suffix": ".tga"}, ConfigError, "A format must be one of .png"),
        ("in", "in", {}, ConfigError, "in is the folder to read; name another"),
        ("in", "in/../in", {}, ConfigError, "is the folder to read"),
        ("in", "photo.jpg", {}, ConfigError, "in is a folder, so photo.jpg must be one too"),
        ("in/.git", "out", {"suffix": ".jpg"}, None, None),
    ],
)
def test_mistakes(here, source, target, options, error, sentence):
    if error is None:
        assert planned(source, target, **options) == [("in/.git/d.png", "out/d.jpg")]
        return
    with pytest.raises(error, match=re.escape(sentence)):
        planned(source, target, **options)


def test_a_folder_without_pictures(here):
    (here / "empty/below").mkdir(parents=True)
    (here / "empty/below/e.png").touch()
    with pytest.raises(DataError, match="empty holds no picture .*; --recursive looks below"):
        planned("empty", "out")
    assert planned("empty", "out", recursive=True) == [("empty/below/e.png", "out/below/e.png")]


def test_two_results_of_one_name(here):
    (here / "in/a.bmp").touch()
    with pytest.raises(ConfigError) as error:
        planned("in", "out", suffix=".png")
    assert str(error.value) == (
        "in/a.bmp and in/a.jpeg would both become out/a.png; rename one of them."
    )


def test_a_result_over_a_source_elsewhere_in_the_folder(here):
    (here / "in/in").mkdir()
    (here / "in/in/a.jpeg").touch()
    (here / "in/in/in").mkdir()
    (here / "in/in/in/a.jpeg").touch()
    with pytest.raises(ConfigError, match="is a picture to read"):
        planned("in/in", "in", recursive=True)


def test_all_clashes_are_told_at_once(here):
    for name in ("in/b.jpg", "in/a.webp", "in/c.gif"):
        (here / name).touch()
    with pytest.raises(ConfigError) as caught:
        plan_jobs(Path("in"), Path("out"), ending="-x2", suffix=".png")
    assert str(caught.value) == (
        "in/a.jpeg and in/a.webp would both become out/a.png; in/b.PNG and in/b.jpg would both"
        " become out/b.png; rename one of each."
    )


def test_what_is_left_out_of_a_folder(here):
    (here / "in/out").mkdir()
    (here / "in/out/x.txt").touch()
    found = left_out(Path("in"), Path("in/out"))
    assert found == [Path("in/deep"), Path("in/notes.txt")]
    (here / "in/deep/d.mov").touch()
    found = left_out(Path("in"), Path("in/out"), recursive=True)
    assert found == [Path("in/deep/d.mov"), Path("in/notes.txt")]
