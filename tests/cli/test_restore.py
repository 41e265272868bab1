import json
from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: F401 (what is tested here needs it)
from PIL import ExifTags, Image
from skimage import data

from srq.cli.app import main
from srq.image.io import Picture, read, write
from srq.restore import stages
from srq.restore.pipeline import restore_picture
from srq.restore.stages import Networks
from tests.image.icc import SRGB
from tests.restore.stand_ins import WhiteIsDamage

CAT = np.ascontiguousarray(data.chelsea()[60:150, 100:220] // 2)
TORN = CAT.copy()
TORN[50] = 255
NETWORKS = Networks(detector=WhiteIsDamage())


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with a torn photo; the networks that ship are stand-ins."""
    monkeypatch.setattr(stages, "opened", lambda run=None: NETWORKS)
    monkeypatch.chdir(tmp_path)
    write("photo.png", Picture(TORN, icc=SRGB))
    return tmp_path


@pytest.fixture
def folder(here):
    """in/ with a torn picture, a whole one below it, and a broken file."""
    write("in/a.png", Picture(TORN))
    write("in/below/b.jpg", Picture(CAT))
    (here / "in/broken.png").write_bytes((here / "in/a.png").read_bytes()[:300])
    return here / "in"


def test_one_argument_is_enough(here, capsys):
    assert main(["restore", "photo.png"]) == 0
    made = read("photo-restored.png")
    assert np.array_equal(made.pixels, restore_picture(Picture(TORN), NETWORKS).picture.pixels)
    assert made.icc == SRGB
    out, err = capsys.readouterr()
    assert out.startswith("photo-restored.png: 120 x 90, ")
    assert out.endswith(" s; 3.3 % damaged\n")
    assert err == ""


def test_a_photo_that_needs_nothing_is_told_so_and_left_as_it_is(here, capsys):
    write("whole.jpg", Picture(CAT))
    assert main(["restore", "whole.jpg", "made.jpg"]) == 0
    assert Path("made.jpg").read_bytes() == Path("whole.jpg").read_bytes()
    assert capsys.readouterr().out.endswith("; nothing found to mend, left as it is\n")
    assert main(["restore", "whole.jpg"]) == 0
    assert np.array_equal(read("whole-restored.png").pixels, read("whole.jpg").pixels)


def test_mask_sheet_and_what_was_found(here):
    write("mask.png", Picture(np.where(TORN == 255, np.uint8(255), np.uint8(0))))
    arguments = ["restore", "photo.png", "made.tif", "--mask", "mask.png", "--save-mask", "--sheet"]
    assert main(arguments) == 0
    mask = read("made-mask.png").pixels
    assert np.array_equal(mask == 255, (TORN == 255).all(2))
    sheet = read("made-sheet.png").pixels
    assert sheet.shape == (90, 120 + 12 + 120, 3)
    assert np.array_equal(sheet[:, :120], TORN)
    assert np.array_equal(sheet[:, 132:], read("made.tif").pixels)


def test_a_folder_with_a_broken_picture(folder, capsys):
    assert main(["restore", "in", "out", "--recursive", "--json", "report.json"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("Cannot read in/broken.png: ")
    assert err.count("\n") == 1
    lines = out.splitlines()
    assert lines[0].startswith("[1/3] out/a.png: 120 x 90, ")
    assert lines[1].endswith("; nothing found to mend, left as it is")
    assert lines[2].startswith("2 done, 0 skipped, 1 failed; ")
    assert Path("out/below/b.jpg").read_bytes() == (folder / "below/b.jpg").read_bytes()
    report = json.loads(Path("report.json").read_text())
    assert (report["done"], report["skipped"], report["failed"]) == (2, 0, 1)
    first, second, _ = report["pictures"]
    assert first["damaged"] == pytest.approx(360 / 10800)
    assert (second["damaged"], second["toned"], second["translated"]) == (0, False, False)


def test_what_is_done_is_skipped_or_overwritten_only_if_asked(here, capsys):
    Path("made.png").write_text("mine")
    assert main(["restore", "photo.png", "made.png"]) == 2
    assert "made.png exists" in capsys.readouterr().err
    assert main(["restore", "photo.png", "made.png", "--skip-existing"]) == 0
    assert Path("made.png").read_text() == "mine"
    assert main(["restore", "photo.png", "made.png", "--force"]) == 0
    assert read("made.png").size == (90, 120)


def test_16_bits_gray_alpha_and_exif_are_kept(here):
    alpha = np.full(CAT.shape[:2], 40000, np.uint16)
    write("deep.tif", Picture(TORN[..., 0].astype(np.uint16) * 257, alpha))
    assert main(["restore", "deep.tif", "made.tif"]) == 0
    made = read("made.tif")
    assert (made.pixels.dtype, made.is_gray) == (np.uint16, True)
    assert np.array_equal(made.alpha, alpha)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "a maker"
    exif[ExifTags.Base.XResolution] = 600.0
    Image.fromarray(TORN).save("shot.jpg", exif=exif, icc_profile=SRGB, quality=100)
    assert main(["restore", "shot.jpg", "shot-made.jpg"]) == 0
    with Image.open("shot-made.jpg") as image:
        assert image.getexif()[ExifTags.Base.Make] == "a maker"
        assert image.getexif()[ExifTags.Base.XResolution] == 600
        assert image.info["icc_profile"] == SRGB
        assert image.size == (120, 90)


def test_pages_are_restored_one_by_one(here, capsys):
    pages = [Image.fromarray(picture) for picture in (TORN, CAT)]
    pages[0].save("pages.tif", save_all=True, append_images=pages[1:])
    assert main(["restore", "pages.tif", "made.tif"]) == 0
    with Image.open("made.tif") as made:
        assert made.n_frames == 2
        assert np.array_equal(made, restore_picture(Picture(TORN), NETWORKS).picture.pixels)
        made.seek(1)
        assert np.array_equal(made, CAT)
    assert main(["restore", "pages.tif", "other.tif", "--sheet"]) == 2
    assert "a file of several pictures gets no mask and no sheet" in capsys.readouterr().err


def test_the_result_may_be_enlarged(here):
    assert main(["restore", "photo.png", "large.png", "--scale", "2"]) == 0
    assert read("large.png").size == (180, 240)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.png"], "Cannot read missing.png: it does not exist"),
        (["photo.png", "--tone", "brown"], "The tone must be auto, keep or gray, not 'brown'."),
        (["photo.png", "--only", "noise"], "No network that takes noise away ships; name a run"),
        (["photo.png", "--only", "dust"], "must be scratches, tone or noise, not 'dust'."),
        (["photo.png", "made.xyz"], "does not say a format"),
        (["photo.png", "photo.png"], "photo.png is a picture to read"),
        (["in", "--mask", "photo.png"], "A mask is of one picture, and in is a folder"),
        (["photo.png", "--mask", "in/b.png"], "A mask must be as large as its picture, 120 x 90"),
        (["photo.png", "--skip-existing", "--force"], "exclude each other"),
        (["text.png"], "Cannot read text.png: "),
    ],
)
def test_mistakes_are_one_sentence(here, capsys, arguments, sentence):
    write("in/b.png", Picture(CAT[:5, :4]))
    Path("text.png").write_text("no picture")
    assert main(["restore", *arguments]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert err.count("\n") == 1
    assert out == ""
