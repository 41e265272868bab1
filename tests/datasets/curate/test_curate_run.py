"""Whole runs: what is kept, the same for any number of processes and after any interruption."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srq import files
from srq.cli.app import main
from srq.datasets.curate import measure as measure_module
from srq.datasets.curate.recipe import CurationRecipe
from srq.datasets.curate.run import STATE, curate
from srq.datasets.pictures import read_uint8
from srq.errors import DataError, StorageError
from tests.datasets.curate.scenes import blurred, jpeg, noisy, save, scene

RECIPE = """
description = "For tests."
[[stage]]
kind = "score"
by = ["defects", "laplacian"]
[[stage]]
kind = "duplicates"
by = "defects"
[[stage]]
kind = "cut"
by = "defects"
share = 0.5
[[stage]]
kind = "cut"
by = "laplacian"
count = 3
name = "best"
[[stage]]
kind = "multiscale"
scales = [1, 0.75]
shortest_edge = 64
[[stage]]
kind = "tiles"
size = 64
step = 40
[[stage]]
kind = "score"
by = ["laplacian", "file_size"]
[[stage]]
kind = "cut"
by = "laplacian"
share = 0.75
[[stage]]
kind = "names"
by = "laplacian"
[[stage]]
kind = "validation"
of = "best"
count = 2
scales = [2, 4]
[[stage]]
kind = "meta_info"
[[stage]]
kind = "archive"
format = "{format}"
"""


def recipe(kind="zip"):
    return CurationRecipe.parse(RECIPE.format(format=kind), "mine", Path())


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "in"
    for number in range(8):
        save(folder / ("a" if number % 2 else "b") / f"{number}.png", scene(number))
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    return folder


def tree(out):
    """The SHA-256 of each file below a folder, but for the state of its run."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and STATE not in path.parts
    }


def test_what_a_run_writes(photos, tmp_path):
    out = tmp_path / "out"
    done = curate(recipe(), photos, out)
    names = [f"{number:04d}.png" for number in range(done.kept)]
    assert (done.sources, done.rejected, done.validation) == (8, 1, 1)
    assert sorted(path.name for path in (out / "hr").iterdir()) == names
    lines = (out / "meta_info.txt").read_text().splitlines()
    assert lines == [f"{name} (64,64,3)" for name in names]
    scores = [
        float(line.split()[1]) for line in (out / "laplacian_score.txt").read_text().splitlines()
    ]
    assert scores == sorted(scores, reverse=True)
    # Each picture is the one that the list of origins says.
    for line in (out / "curation.jsonl").read_text().splitlines():
        origin = json.loads(line)
        whole = Image.fromarray(read_uint8(photos / origin["source"]))
        height, width = origin["size"]
        if whole.size != (width, height):
            whole = whole.resize((width, height), Image.Resampling.LANCZOS)
        top, left, h, w = origin["box"]
        expected = np.asarray(whole)[top : top + h, left : left + w]
        np.testing.assert_array_equal(read_uint8(out / "hr" / origin["name"]), expected)
    hr, x2, x4 = (read_uint8(out / "validation" / part / "0000.png") for part in ("hr", "x2", "x4"))
    assert hr.shape == (128, 160, 3)
    halved = Image.fromarray(hr).resize((80, 64), Image.Resampling.BOX)
    np.testing.assert_array_equal(x2, np.asarray(halved))
    assert x4.shape == (32, 40, 3)
    with zipfile.ZipFile(done.archive) as archive:
        assert archive.testzip() is None
        sums = archive.read("mine/SHA256SUMS").decode()
        for line in sums.splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256(archive.read(f"mine/{name}")).hexdigest() == digest
        assert len(archive.namelist()) == len(sums.splitlines()) + 1
    page = done.report.read_text()
    assert "broken.jpg" in page
    assert "rank 4 of 4 by laplacian" in page
    for outside in ("http:", "https:", 'src="/', "<link", "<script"):
        assert outside not in page


def test_two_processes_write_the_same_and_a_second_run_writes_nothing(photos, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    curate(recipe("tar"), photos, one)
    curate(recipe("tar"), photos, two, jobs=2)
    before = tree(one)
    assert before == tree(two)
    again = curate(recipe("tar"), photos, one)
    assert again.written == 0
    assert tree(one) == before
    with tarfile.open(again.archive) as archive:
        assert "mine/hr/0000.png" in archive.getnames()


def test_kept_scores_are_not_measured_again(photos, tmp_path, monkeypatch):
    out = tmp_path / "out"
    curate(recipe(), photos, out)
    before = tree(out)
    with open(out / STATE / "scores.jsonl", "ab") as stream:
        stream.write(b'["torn')

    def refuse(job):
        raise AssertionError("It measured again.")

    monkeypatch.setattr(measure_module, "_measure", refuse)
    curate(recipe(), photos, out)
    assert tree(out) == before


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_to_the_same_files(photos, tmp_path):
    (tmp_path / "mine.toml").write_text(RECIPE.format(format="zip"))
    curate(CurationRecipe.load(tmp_path / "mine.toml"), photos, tmp_path / "calm")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "srq", "data", "curate", str(tmp_path / "mine.toml")]
    command += ["--in", str(photos), "--out", str(out)]
    rng = np.random.default_rng(3)
    for _ in range(6):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(1000):  # until it has begun
            if (out / STATE).exists() or process.poll() is not None:
                break
            time.sleep(0.01)
        time.sleep(float(rng.uniform(0, 0.5)))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0
    assert tree(out) == tree(tmp_path / "calm")


def test_what_a_killed_run_was_about_to_rename_is_removed(photos, tmp_path):
    (tmp_path / "mine.toml").write_text(RECIPE.format(format="zip"))
    recipe = CurationRecipe.load(tmp_path / "mine.toml")
    curate(recipe, photos, tmp_path / "out")
    calm = tree(tmp_path / "out")
    for folder in {path.parent for path in (tmp_path / "out").rglob("*") if path.is_file()}:
        (folder / f".0000.png.{files._MACHINE}-0123456789ab.tmp").write_bytes(b"half")
    curate(recipe, photos, tmp_path / "out")
    assert tree(tmp_path / "out") == calm


def test_names_of_sources_never_overwrite_one_another(tmp_path):
    folder = tmp_path / "in"
    names = ["a.png", "a.jpg", "bo.png", "box2.png", "A.png", "x\ny.png", "x_y.png", "c/a.png"]
    for number, name in enumerate(names):
        save(folder / name, scene(number))
    text = (
        '[[stage]]\nkind = "score"\nby = "entropy"\n'
        '[[stage]]\nkind = "tiles"\nsize = 100\nstep = 100\n'
        '[[stage]]\nkind = "meta_info"\n'
    )
    done = curate(CurationRecipe.parse(text, "mine", Path()), folder, tmp_path / "out")
    written = list((tmp_path / "out" / "hr").rglob("*.png"))
    assert done.kept == len(written) == 4 * len(names)
    assert len({str(path).casefold() for path in written}) == len(written)
    assert len((tmp_path / "out" / "meta_info.txt").read_text().splitlines()) == len(written)
    assert {"box2_s001.png", "bo_s001.png", "a-1.png"} - {path.name for path in written} == {
        "a-1.png"
    }


def test_another_recipe_other_pictures_or_a_foreign_folder_are_refused(photos, tmp_path):
    out = tmp_path / "out"
    curate(recipe(), photos, out)
    with pytest.raises(DataError, match="another recipe or scorer"):
        curate(recipe().give("laplacian", "entropy"), photos, out)
    origin = json.loads((out / "curation.jsonl").read_text().splitlines()[0])
    (photos / origin["source"]).unlink()
    with pytest.raises(DataError, match="the folder changed"):
        curate(recipe(), photos, out)
    with pytest.raises(DataError, match="not from here"):
        curate(recipe(), out / "hr", photos)
    with pytest.raises(DataError, match="is the folder of the pictures"):
        curate(recipe(), photos, photos)


def test_a_cut_that_leaves_nothing_says_which(photos, tmp_path):
    text = '[[stage]]\nkind = "score"\nby = "entropy"\n'
    text += '[[stage]]\nkind = "cut"\nby = "entropy"\nmin = 9'
    with pytest.raises(DataError, match=r"Stage 2 \(cut\) leaves no picture"):
        curate(CurationRecipe.parse(text, "mine", Path()), photos, tmp_path / "out")
    assert "below 9" in (tmp_path / "out" / "stages" / "02-cut.jsonl").read_text()


def test_a_full_disk_is_told_and_the_run_goes_on_afterwards(photos, tmp_path, monkeypatch):
    out = tmp_path / "out"
    replace, written = os.replace, []

    def full(source, target):
        written.append(target)
        if len(written) == 12:
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StorageError, match="the disk is full"):
        curate(recipe(), photos, out)
    monkeypatch.undo()
    curate(recipe(), photos, out)
    curate(recipe(), photos, tmp_path / "calm")
    assert tree(out) == tree(tmp_path / "calm")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_an_output_that_cannot_be_written_is_one_sentence(photos, tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="permission is denied"):
        curate(recipe(), photos, tmp_path / "shut" / "out")


def test_the_command(photos, tmp_path, capsys):
    (tmp_path / "mine.toml").write_text(RECIPE.format(format="zip"))
    arguments = ["data", "curate", str(tmp_path / "mine.toml"), "--in", str(photos)]
    arguments += ["--out", str(tmp_path / "out"), "--scorer", "laplacian=high_frequency"]
    assert main([*arguments, "--json", "-"]) == 0
    told = capsys.readouterr()
    result = json.loads(told.out)
    assert (result["read"], result["rejected"]) == (8, 1)
    assert "1 files rejected" in told.err
    assert main([*arguments[:-1], "laplacian"]) == 2
    assert "--scorer takes NAME=WHAT" in capsys.readouterr().err
    assert main(["data", "curate", "faceup", "--in", str(photos), "--out", "x"]) == 2
    assert "--scorer hyperiqa=FILE.onnx" in capsys.readouterr().err
    assert not Path("x").exists()


def photographs():
    """Parts of scikit-image's photographs, eight of them."""
    folder = Path(pytest.importorskip("skimage").__file__).parent / "data"
    names = ("astronaut", "chelsea", "coffee", "motorcycle_left")
    for name in names:
        whole = read_uint8(folder / f"{name}.png")
        yield whole[20:260, 40:280]
        yield whole[60:300, 150:390]


def test_a_folder_salted_with_bad_pictures_loses_them(tmp_path):
    folder = tmp_path / "in"
    clean = list(photographs())
    for number, pixels in enumerate(clean):
        save(folder / f"clean-{number}.png", pixels)
        save(folder / f"copy-{number}.png", jpeg(pixels, 70))
        save(folder / f"noisy-{number}.png", noisy(pixels[::-1], 10, number))
        save(folder / f"jpeg-{number}.png", jpeg(np.ascontiguousarray(pixels[:, ::-1]), 25))
        save(folder / f"blurred-{number}.png", blurred(pixels.transpose(1, 0, 2), 1.5))
    save(folder / "again.png", clean[0])
    text = (
        '[[stage]]\nkind = "score"\nby = "defects"\n'
        '[[stage]]\nkind = "duplicates"\nby = "defects"\n'
        '[[stage]]\nkind = "cut"\nby = "defects"\nshare = 0.25\n'
    )
    curate(CurationRecipe.parse(text, "mine", Path()), folder, tmp_path / "out")
    kept = {path.stem for path in (tmp_path / "out" / "hr").iterdir()}
    kept = {"clean-0" if name == "again" else name for name in kept}
    assert kept == {f"clean-{number}" for number in range(8)}
