"""Bad input: each file is rejected with its reason, and the rest is read."""

import os

import numpy as np
import pytest
from PIL import Image

from srq.datasets.curate.sources import Rejected, examine, walk
from srq.datasets.curate.views import Source
from tests.datasets.curate.scenes import save, scene


def reason(folder, name):
    found = examine(folder, name, ())
    return found.reason if isinstance(found, Rejected) else ""


def test_each_bad_file_has_its_reason(tmp_path):
    pixels = scene(0)
    save(tmp_path / "good.png", pixels)
    data = (tmp_path / "good.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(data[: len(data) // 2])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("This is text.")
    frames = [Image.fromarray(scene(k)) for k in range(2)]
    frames[0].save(tmp_path / "moves.webp", save_all=True, append_images=frames[1:])
    Image.fromarray(pixels).convert("CMYK").save(tmp_path / "print.jpg")
    Image.fromarray(pixels[..., 0].astype(np.uint16) * 256).save(tmp_path / "deep.png")
    alpha = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    save(tmp_path / "opaque.png", alpha)
    alpha[0, 0, 3] = 7
    save(tmp_path / "clear.png", alpha)

    assert isinstance(examine(tmp_path, "good.png", ()), Source)
    assert isinstance(examine(tmp_path, "opaque.png", ()), Source)
    for name, word in {
        "cut.png": "cut short",
        "empty.png": "empty",
        "text.png": "not a picture of a kind",
        "moves.webp": "several pictures",
        "print.jpg": "CMYK",
        "deep.png": "16 bits",
        "clear.png": "transparent",
        "absent.png": "not exist",
    }.items():
        assert word in reason(tmp_path, name), name
    every = ("animated", "cmyk", "16-bit", "transparent")
    for name in ("moves.webp", "print.jpg", "deep.png", "clear.png"):
        assert isinstance(examine(tmp_path, name, every), Source), name


def test_the_size_is_that_of_the_upright_picture(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    save(tmp_path / "turned.jpg", scene(0, 40, 60), exif=exif)
    found = examine(tmp_path, "turned.jpg", ())
    assert (found.height, found.width) == (60, 40)


def test_links_hidden_files_and_other_files(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "in" / "out"
    save(folder / "sub" / "a.png", scene(0))
    save(folder / ".hidden.png", scene(1))
    save(out / "hr" / "0000.png", scene(2))
    (folder / "notes.txt").write_text("x")
    os.symlink("loop.png", folder / "loop.png")
    os.symlink(folder, folder / "sub" / "up", target_is_directory=True)
    found, rejected = walk(folder, out)
    assert [one.path for one in found] == ["sub/a.png"]
    assert [one.path for one in rejected] == ["loop.png", "notes.txt", "sub/up"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_rejected(tmp_path):
    save(tmp_path / "a.png", scene(0)).chmod(0)
    (tmp_path / "locked").mkdir(mode=0)
    found, rejected = walk(tmp_path, tmp_path / "out")
    assert "permission is denied" in reason(tmp_path, found[0].path)
    assert [one.path for one in rejected] == ["locked"]
