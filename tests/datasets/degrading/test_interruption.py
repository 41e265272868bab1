"""Killed, cut short, refused by the disk, and fed with what is no picture: what stays is whole."""

import errno
import json
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.studies.killed_runs import degrade as command_of
from benchmarks.studies.killed_runs import kill_again_and_again, make_pictures
from srq.datasets.degrading.finish import HASHES, REJECTS
from srq.datasets.degrading.part import RECORDS
from srq.datasets.degrading.run import degrade
from srq.datasets.degrading.verify import verify
from srq.datasets.manifest import read_manifest
from srq.degrade import Recipe
from srq.errors import DataError, StorageError
from srq.image.io import read
from srq.parallel.shards import Shard

PAPER = Recipe.load("paper")


def tree(folder):
    return (folder / HASHES).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["folder", "tar"])
def test_a_run_that_was_killed_again_and_again_ends_as_one_undisturbed(tmp_path, form):
    make_pictures(tmp_path / "in", 24)
    command = command_of(tmp_path / "in", form)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    subprocess.run([*command, str(whole)], check=True, capture_output=True)
    rng = np.random.default_rng(0)
    assert kill_again_and_again([*command, str(cut)], cut, 3, rng) == 3
    subprocess.run([*command, str(cut)], check=True, capture_output=True)
    assert tree(cut) == tree(whole)
    assert verify(cut).differences == ()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_leave_whole_parts_and_no_process(tmp_path, number, code):
    make_pictures(tmp_path / "in", 60)
    command = [*command_of(tmp_path / "in", "tar"), "--jobs", "2", str(tmp_path / "out")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out").glob("*.tar")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    _, told = process.communicate(timeout=120)
    assert (process.returncode, told) == (code, "Interrupted.\n")
    assert not list((tmp_path / "out").rglob("*.tmp"))
    for path in (tmp_path / "out" / RECORDS).glob("*.json"):
        for name, (size, _) in json.loads(path.read_text())["files"].items():
            assert (tmp_path / "out" / name).stat().st_size == size


@pytest.mark.parametrize(
    ("form", "jobs"), [("folder", 2), pytest.param("tar", 8, marks=pytest.mark.slow)]
)
def test_jobs_shares_and_their_order_change_no_byte(photos, tmp_path, form, jobs):
    options = {"recipe": PAPER, "scale": 2, "part": 2, "form": form}
    whole = degrade(photos, tmp_path / "whole", **options)
    spread = degrade(photos, tmp_path / "spread", jobs=jobs, **options)
    assert whole.tree == spread.tree
    ends = [degrade(photos, tmp_path / "x", shard=Shard(i, 3), **options) for i in (3, 1, 2)]
    assert [end.manifest is None for end in ends] == [True, True, False]
    assert ends[-1].tree == whole.tree
    assert tree(tmp_path / "x") == tree(tmp_path / "whole") == tree(tmp_path / "spread")
    # Another number of shares goes on with what is there.
    (tmp_path / "x" / RECORDS / next((tmp_path / "x" / RECORDS).glob("*.json")).name).unlink()
    degrade(photos, tmp_path / "x", shard=Shard(1, 2), **options)
    assert degrade(photos, tmp_path / "x", shard=Shard(2, 2), **options).tree == whole.tree


@pytest.mark.slow
def test_ray_changes_no_byte(photos, tmp_path):
    pytest.importorskip("ray")
    options = {"recipe": PAPER, "scale": 2, "part": 2, "form": "tar"}
    whole = degrade(photos, tmp_path / "whole", **options)
    (photos / "z.png").write_bytes(b"no picture")
    script = (
        "import sys; from pathlib import Path; from srq.datasets.degrading.run import degrade;"
        "from srq.degrade import Recipe;"
        "print(degrade(Path(sys.argv[1]), Path(sys.argv[2]), recipe=Recipe.load('paper'), scale=2,"
        "part=2, form='tar', ray='local').rejected)"
    )
    arguments = [sys.executable, "-c", script, str(photos), str(tmp_path / "ray")]
    told = subprocess.run(arguments, capture_output=True, text=True, timeout=240, check=True)
    assert "z.png" in told.stdout
    (photos / "z.png").unlink()
    assert degrade(photos, tmp_path / "ray", **options).tree == whole.tree
    assert verify(tmp_path / "ray").differences == ()


def test_where_the_pictures_lie_changes_no_byte(photos, tmp_path, monkeypatch):
    (photos / "bad.png").write_bytes(b"no picture")
    (photos / "loop.png").symlink_to(photos / "loop.png")
    monkeypatch.chdir(tmp_path)
    here = degrade(Path("photos"), Path("here"), recipe=PAPER, scale=2)
    there = degrade(photos, tmp_path / "there", recipe=PAPER, scale=2)
    assert here.rejected == there.rejected
    assert len(here.rejected) == 2
    assert here.tree == there.tree


def test_pictures_that_come_and_go_leave_nothing_behind(photos, tmp_path):
    options = {"recipe": PAPER, "scale": 2, "part": 2, "form": "tar"}
    before = degrade(photos, tmp_path / "out", **options)
    Image.new("RGB", (20, 20)).save(photos / "a2.png")
    assert degrade(photos, tmp_path / "out", **options).tree != before.tree
    assert verify(tmp_path / "out").differences == ()
    (photos / "a2.png").unlink()
    assert degrade(photos, tmp_path / "out", **options).tree == before.tree
    assert verify(tmp_path / "out").differences == ()


@pytest.mark.parametrize("form", ["folder", "tar"])
def test_names_that_would_be_one_are_kept_apart(tmp_path, form):
    source = tmp_path / "in"
    source.mkdir()
    names = ["a.jpg", "a.png", "A.webp", "box2.png", "bo.png", "box.png", "a.jpg.png"]
    names += ["two\nlines.png", "two%0Alines.png", "tab\t.png"]
    for number, name in enumerate(names):
        shade = np.full((8, 8, 3), 20 * number + 3, np.uint8)
        options = {"lossless": True} if name.endswith("webp") else {}
        Image.fromarray(shade).save(source / name, **options)
    recipe = Recipe.load("bicubic")
    summary = degrade(source, tmp_path / "out", recipe=recipe, scale=2, form=form)
    assert (summary.written, summary.rejected) == (len(names), {})
    entries = read_manifest(summary.manifest)
    places = {(entry.lr[0].path, entry.lr[0].member) for entry in entries}
    assert len(places) == len(names)
    for entry in entries:
        shade = 20 * names.index(entry.hr.name) + 3
        assert abs(int(entry.lr[0].read()[2, 2, 0]) - shade) <= 1
    assert verify(tmp_path / "out", sample=None).differences == ()
    assert degrade(source, tmp_path / "out", recipe=recipe, scale=2, form=form).written == 0


def test_a_name_that_is_no_utf8(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    try:
        Image.new("L", (8, 8)).save(os.fsencode(source) + b"/a\xff.png", format="PNG")
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    degrade(source, tmp_path / "out", recipe=PAPER, scale=2)
    assert verify(tmp_path / "out").differences == ()


def claimed(width, height):
    """A PNG whose header claims a size, without pixels."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


def test_bad_input_is_rejected_with_the_reason_and_the_rest_finished(photos, tmp_path):
    picture = (photos / "a.png").read_bytes()
    (photos / "bad1.png").write_bytes(b"")
    (photos / "bad2.png").write_bytes(picture[: len(picture) // 2])
    (photos / "bad3.png").write_bytes(picture[:40] + bytes(20) + picture[60:])
    (photos / "bad4.png").write_bytes(claimed(20000, 20000))
    frames = [Image.new("L", (20, 20), shade) for shade in (0, 255)]
    frames[0].save(photos / "bad5.webp", save_all=True, append_images=frames[1:])
    (photos / "loop1.png").symlink_to(photos / "loop2.png")
    (photos / "loop2.png").symlink_to(photos / "loop1.png")
    (photos / "loop").symlink_to(photos)
    Image.new("RGB", (1, 7)).save(photos / "thin.png")
    Image.new("CMYK", (20, 20)).save(photos / "cmyk.jpg")
    Image.new("L", (20000, 4)).save(photos / "wide.png")
    summary = degrade(photos, tmp_path / "out", recipe=PAPER, scale=2, jobs=2)
    assert summary.written >= 6
    bad = {*(f"bad{n}.png" for n in (1, 2, 3, 4)), "bad5.webp", "loop1.png", "loop2.png"}
    assert {*bad, "thin.png"} <= set(summary.rejected) <= {*bad, "thin.png", "cmyk.jpg"}
    rejects = [json.loads(line) for line in (tmp_path / "out" / REJECTS).read_text().splitlines()]
    assert {r["source"]: r["reason"] for r in rejects} == summary.rejected
    assert "400000000" in summary.rejected["bad4.png"] or "pixels" in summary.rejected["bad4.png"]
    assert read(tmp_path / "out" / "wide.png").pixels.shape[:2] == (2, 10000)
    assert verify(tmp_path / "out", sample=None).differences == ()


def test_a_full_disk_ends_the_run_and_space_lets_it_go_on(photos, tmp_path, monkeypatch):
    out, whole = tmp_path / "out", tmp_path / "whole"
    tree_of = degrade(photos, whole, recipe=PAPER, scale=2, part=2, form="tar").tree
    written = []

    def full(descriptor):
        written.append(descriptor)
        if len(written) > 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="the disk is full"):
            degrade(photos, out, recipe=PAPER, scale=2, part=2, form="tar")
    assert not list(out.rglob("*.tmp"))
    assert degrade(photos, out, recipe=PAPER, scale=2, part=2, form="tar").tree == tree_of


def test_a_read_only_output_is_one_sentence(photos, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "x")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StorageError, match="the file system is read-only"):
        degrade(photos, tmp_path / "out", recipe=PAPER, scale=2)


def test_other_settings_or_codecs_are_refused(photos, tmp_path, monkeypatch):
    out = tmp_path / "out"
    degrade(photos, out, recipe=PAPER, scale=2)
    for options, told in (
        ({"part": 3}, "was begun with part 64, not 3"),
        ({"form": "tar"}, "was begun with format 'folder', not 'tar'"),
        ({"hr": True}, "was begun with hr False, not True"),
        ({"streams": True}, "was begun with streams False, not True"),
    ):
        with pytest.raises(DataError, match=told):
            degrade(photos, out, recipe=PAPER, scale=2, **options)
    monkeypatch.setattr(
        "srq.datasets.degrading.run.codec_versions", lambda *_, **__: {"libwebp": "9.9.9"}
    )
    with pytest.raises(DataError, match="was begun with .*libjpeg-turbo .*may give other bytes"):
        degrade(photos, out, recipe=PAPER, scale=2)
