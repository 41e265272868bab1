import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image
from skimage import data

from srq import zoo
from srq.cli.app import main
from srq.engines import open_engine
from srq.image.encode import FORMATS
from srq.image.io import Picture, read, write
from srq.program import save
from srq.upscaling.enlarge import enlarge
from tests.image.icc import SRGB
from tests.upscaling.sharpen_program import repeat_program, sharpen_program

ROOT = Path(__file__).parents[2]
ENGINE = open_engine(sharpen_program(), "reference")
CAT = np.ascontiguousarray(data.chelsea()[100:124, 100:132])


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with a photo, and the sharpening program as the zoo's kim-x2."""
    (tmp_path / "zoo").mkdir()
    save(sharpen_program(), tmp_path / "zoo" / "kim-x2.srq")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "zoo")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write("photo.png", Picture(CAT, icc=SRGB))
    return tmp_path / "here"


@pytest.fixture
def folder(here):
    """in/ with three pictures, one of them below, another broken."""
    write("in/a.png", Picture(CAT))
    write("in/below/b.tif", Picture(CAT[..., 0]))
    (here / "in/broken.png").write_bytes((here / "in/a.png").read_bytes()[:300])
    return here / "in"


def test_one_argument_is_enough(here, capsys):
    assert main(["upscale", "photo.png"]) == 0
    made = read("photo-x2.png")
    assert np.array_equal(made.pixels, enlarge(Picture(CAT), ENGINE).pixels)
    assert made.icc == SRGB
    out, err = capsys.readouterr()
    assert out.startswith("photo-x2.png: 64 x 48, ")
    assert out.splitlines()[1:] == ["Network kim-x2, chosen for PNG without loss."]
    assert err == ""


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("kind", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_every_kind_of_picture_in_every_format(here, suffix, kind, dtype, capsys):
    """What a file can carry arrives; what it cannot is told or left out, as image.md says."""
    pixels = (CAT if "RGB" in kind else CAT[..., 0]).astype(dtype)
    pixels *= dtype(1 if dtype == np.uint8 else 257)
    alpha = np.full(CAT.shape[:2], np.iinfo(dtype).max // 2, dtype) if "A" in kind else None
    write("it.tif", Picture(pixels, alpha))
    if (needs := FORMATS[suffix].needs) is not None:
        needs()
    code = main(["upscale", "it.tif", f"made{suffix}", "--output-quality", "100"])
    target = FORMATS[suffix]
    if alpha is not None and not target.alpha:
        assert code == 2
        sentence = capsys.readouterr().err
        assert f"{target.name} cannot carry transparency" in sentence
        assert sentence.count("\n") == 1
        assert not Path(f"made{suffix}").exists()
        return
    assert code == 0
    made = read(f"made{suffix}")
    assert made.size == (48, 64)
    gray = target.gray and (target.gray_alpha or alpha is None)
    assert made.is_gray == ("RGB" not in kind and gray)
    assert made.pixels.dtype == (dtype if target.deep else np.uint8)
    assert (made.alpha is None) == (alpha is None)
    expected = enlarge(Picture(pixels, alpha), ENGINE).pixels / np.iinfo(dtype).max
    if made.is_gray != (expected.ndim == 2):
        expected = np.dstack([expected] * 3)
    found = made.pixels / np.iinfo(made.pixels.dtype).max
    tolerance = 1e-9 if made.pixels.dtype == dtype else 0.5 / 255 + 1e-9
    if target.name in ("JPEG", "WebP", "AVIF", "HEIC"):
        tolerance = 0.06
    if target.name == "GIF":
        tolerance = 0.12  # of 256 colours, dithered
    if target.name == "GIF" and alpha is not None:
        assert not made.alpha.any()  # Less than half is clear there, and clear is no colour.
        return
    assert np.abs(found - expected).max() <= tolerance


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_profile_and_exif_are_carried_and_the_size_in_it_is_new(here, suffix):
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "a maker"
    shot = exif.get_ifd(ExifTags.IFD.Exif)
    shot[ExifTags.Base.ExifImageWidth], shot[ExifTags.Base.ExifImageHeight] = 32, 24
    Image.fromarray(CAT).save("photo.jpg", exif=exif, icc_profile=SRGB)
    assert main(["upscale", "photo.jpg", f"made{suffix}"]) == 0
    assert read(f"made{suffix}").icc == SRGB
    with Image.open(f"made{suffix}") as made:
        tags = made.getexif()
        assert tags[ExifTags.Base.Make] == "a maker"
        shot = tags.get_ifd(ExifTags.IFD.Exif)
    assert (shot[ExifTags.Base.ExifImageWidth], shot[ExifTags.Base.ExifImageHeight]) == (64, 48)


def test_a_turned_photo_is_written_upright(here):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.fromarray(CAT).save("photo.jpg", exif=exif)
    assert main(["upscale", "photo.jpg"]) == 0
    made = read("photo-x2.png")
    assert made.size == (64, 48)


def test_a_folder_with_a_broken_picture(folder, capsys):
    arguments = ["upscale", "in", "out", "--recursive", "--format", "png", "--json", "report.json"]
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert err.startswith("Cannot read in/broken.png: ")
    assert err.count("\n") == 1
    lines = out.splitlines()
    assert lines[0].startswith("[1/3] out/a.png: 64 x 48, ")
    assert lines[1].startswith("[2/3] out/below/b.png: 64 x 48, ")
    assert lines[2] == "Network kim-x2, chosen for 2 pictures: 1 PNG, 1 TIFF."
    assert lines[3].startswith("2 done, 0 skipped, 1 failed; ")
    assert sorted(path.name for path in Path("out").rglob("*.*")) == ["a.png", "b.png"]
    report = json.loads(Path("report.json").read_text())
    fingerprint = sharpen_program().fingerprint
    used = {"model": "kim-x2", "fingerprint": fingerprint, "pictures": 2}
    assert report["networks"] == [used]
    engine = open_engine(sharpen_program()).name
    assert (report["model"], report["engine"], report["scale"]) == ("auto", engine, 2)
    assert (report["done"], report["skipped"], report["failed"]) == (2, 0, 1)
    assert report["megapixels"] == pytest.approx(2 * 64 * 48 / 1e6)
    first, second, broken = report["pictures"]
    assert (first["source"], first["target"]) == ("in/a.png", "out/a.png")
    assert (first["model"], first["fingerprint"]) == ("kim-x2", fingerprint)
    assert (first["reason"], second["reason"]) == ("PNG without loss", "TIFF without loss")
    assert (second["height"], second["width"], second["state"]) == (48, 64, "done")
    assert broken["state"] == "failed"
    assert broken["sentence"] == err.strip()


def test_the_rest_is_done_later(folder, capsys):
    assert main(["upscale", "in", "out"]) == 2
    (folder / "broken.png").unlink()
    write("in/c.png", Picture(CAT))
    before = Path("out/a.png").stat().st_mtime_ns
    assert main(["upscale", "in", "out"]) == 2
    assert "out/a.png exists; use --skip-existing" in capsys.readouterr().err
    assert main(["upscale", "in", "out", "--skip-existing", "--json", "-"]) == 0
    captured = capsys.readouterr()
    assert [entry["state"] for entry in json.loads(captured.out)["pictures"]] == ["skipped", "done"]
    assert "[1/2] out/a.png: skipped" in captured.err
    assert Path("out/a.png").stat().st_mtime_ns == before
    assert main(["upscale", "in", "out", "--force", "--jobs", "2"]) == 0
    assert Path("out/a.png").stat().st_mtime_ns > before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gone.png"], "Cannot read gone.png: it does not exist; check the path."),
        (["photo.png", "photo.png"], "photo.png is a picture to read; give the result another"),
        (["photo.png", "--model", "kim-x4"], "is called 'kim-x4'; did you mean 'kim-x2'?"),
        (["photo.png", "--model", "no.srq"], "There is no file no.srq; name a file, or one of"),
        (["photo.png", "--scale", "5"], "No network of the zoo enlarges by 5; choose one of 2."),
        (["photo.png", "--scale", "0"], "Invalid value for '--scale'"),
        (["photo.png", "--model", "kim-x2", "--scale", "3"], "kim-x2 enlarges by 2, not by 3; "),
        (["photo.png", "--engine", "gpu"], "There is no engine 'gpu'; choose one of native,"),
        (["photo.png", "--skip-existing", "--force"], "--skip-existing and --force exclude each"),
        (["photo.png", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["photo.png", "--quality", "90"], "is --output-quality 90."),
        (["photo.png", "--quality", "god"], "There is no quality 'god'; did you mean 'good'?"),
        (["photo.png", "--fps", "24"], "--fps is for videos, but photo.png is none by its name."),
        (["photo.png", "--output-quality", "0"], "Invalid value for '--output-quality'"),
        (["photo.png", "photo.png/it.png"], "a part of the path is a file, not a folder"),
        (["photo.png", "made.tga"], "made.tga does not say a format; end it in one of .png"),
    ],
)
def test_a_mistake_is_one_sentence(here, arguments, sentence, capsys):
    before = sorted(here.iterdir())
    assert main(["upscale", *arguments]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert (err.count("\n"), out) == (1, "")
    assert sorted(here.iterdir()) == before


@pytest.fixture
def both(here, tmp_path):
    """The zoo with a network for compressed pictures as well, which does nothing but repeat."""
    save(repeat_program(), tmp_path / "zoo" / "kim-x2-compressed.srq")
    return here


def test_each_picture_of_a_folder_gets_the_network_that_suits_it(both, capsys):
    Path("in").mkdir()
    photo = Image.fromarray(CAT)
    photo.save("in/a.png")
    photo.save("in/b.jpg", quality=100)
    photo.save("in/c.jpg", quality=50)
    photo.save("in/d.webp", lossless=True)
    photo.save("in/e.webp", quality=1)
    arguments = ["upscale", "in", "out", "--format", "png", "--json", "it.json", "--jobs", "2"]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3:-1] == [
        "Network kim-x2, chosen for 3 pictures: 1 PNG, 1 JPEG, 1 WebP.",
        "Network kim-x2-compressed, chosen for 2 pictures: 1 JPEG, 1 WebP.",
    ]
    report = json.loads(Path("it.json").read_text())
    taken = {Path(entry["source"]).stem: entry["model"] for entry in report["pictures"]}
    clean, compressed = "kim-x2", "kim-x2-compressed"
    assert taken == {"a": clean, "b": clean, "c": compressed, "d": clean, "e": compressed}
    assert report["pictures"][2]["reason"] == "JPEG of quality 50"
    assert {entry["model"]: entry["pictures"] for entry in report["networks"]} == {
        clean: 3,
        compressed: 2,
    }
    programs = {clean: sharpen_program(), compressed: repeat_program()}
    for name, model in taken.items():
        (source,) = Path("in").glob(f"{name}.*")
        expected = enlarge(read(source), open_engine(programs[model], "reference"))
        assert np.array_equal(read(f"out/{name}.png").pixels, expected.pixels)


def test_a_named_network_is_taken_for_everything_without_a_line(both, capsys):
    Image.fromarray(CAT).save("photo.jpg", quality=30)
    assert main(["upscale", "photo.jpg", "--model", "kim-x2", "--json", "it.json"]) == 0
    assert "Network" not in capsys.readouterr().out
    report = json.loads(Path("it.json").read_text())
    assert (report["model"], report["fingerprint"]) == ("kim-x2", sharpen_program().fingerprint)
    assert (report["pictures"][0]["model"], "reason" in report["pictures"][0]) == ("kim-x2", False)


def test_a_scale_is_named(both, tmp_path, capsys):
    save(repeat_program(3), tmp_path / "zoo" / "kim-x3.srq")
    Image.fromarray(CAT).save("photo.jpg", quality=30)
    assert main(["upscale", "photo.jpg", "--scale", "3"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("photo-x3.png: 96 x 72, ")
    assert out.splitlines()[1] == (
        "Network kim-x3, chosen for JPEG of quality 30; the zoo has none for compressed pictures"
        " at x3."
    )
    assert main(["upscale", "photo.jpg", "--scale", "2", "--model", "kim-x2"]) == 0


def test_an_empty_zoo_says_so(here, tmp_path, capsys):
    (tmp_path / "zoo" / "kim-x2.srq").unlink()
    assert main(["upscale", "photo.png"]) == 2
    assert "the zoo is empty, so name a file" in capsys.readouterr().err


def test_ctrl_c_leaves_whole_files_and_ends_with_130(here):
    from tests.kim_program import kim_program

    save(kim_program(), "slow.srq")
    wanted = {f"{number}.png" for number in range(12)}
    for name in wanted:
        write(f"in/{name}", Picture(np.tile(CAT, (6, 6, 1))))
    command = [sys.executable, "-m", "srq", "upscale", "in", "out", "--model", "slow.srq"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 240
        while not any(Path("out").glob("*.png")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=240)
    assert (process.returncode, err) == (130, "Interrupted.\n")
    # Several are in hand at once, so that a later one may be whole before an earlier one.
    left = {path.name for path in Path("out").iterdir()}
    assert left
    assert left < wanted
    for name in left:
        assert read(f"out/{name}").size == (288, 384)


def test_a_terminal_sees_a_live_line(folder, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert main(["upscale", "in", "out"]) == 2
    out, err = capsys.readouterr()
    assert "0/2" in err
    assert "2/2" in err
    assert "megapixels/s" in err
    assert "Cannot read in/broken.png: " in err
    assert "out/a.png" not in out
    assert "1 done, 0 skipped, 1 failed, 1 left out; " in out
    assert "1 left out (a folder; --recursive takes what is in it): below" in err


def test_a_terminal_sees_what_became_of_one_picture(here, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert main(["upscale", "photo.png"]) == 0
    assert capsys.readouterr().out.startswith("photo-x2.png: 64 x 48, ")
