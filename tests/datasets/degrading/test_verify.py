"""``verify`` finds whatever is not as the log says, also where hashes were forged to fit."""

import hashlib
import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from srq.datasets.degrading import verify as verifying
from srq.datasets.degrading.finish import HASHES, MANIFEST, finish
from srq.datasets.degrading.part import RECORDS
from srq.datasets.degrading.run import degrade
from srq.datasets.degrading.settings import SETTINGS, read_settings
from srq.datasets.degrading.verify import verify
from srq.degrade import Recipe
from srq.errors import DataError
from srq.image.io import Picture, read, write

PAPER = Recipe.load("paper")
GRAPH = Recipe.parse(
    """
    [hr]
    scales = [1, 0.5]
    [[step]]
    [step.fork]
    plain = [{ kind = "downscale" }]
    jpeg = [{ kind = "downscale" }, { kind = "jpeg", quality = [40, 90] }]
    """,
    "graph",
)


@pytest.fixture
def run(photos, tmp_path):
    degrade(photos, tmp_path / "lr", recipe=PAPER, scale=2, part=2)
    return tmp_path / "lr"


def forge(run):
    """Make every hash of a run fit what is there now, as somebody with bad intentions would."""
    parts = []
    for path in sorted((run / RECORDS).glob("*.json")):
        mark = json.loads(path.read_text())
        log = run / RECORDS / f"{path.stem}.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        for line in lines:
            for low in line["lr"]:
                low["sha256"] = hashlib.sha256((run / low["path"]).read_bytes()).hexdigest()
        log.write_text("".join(json.dumps(line) + "\n" for line in lines))
        for name in mark["files"]:
            data = (run / name).read_bytes()
            mark["files"][name] = [len(data), hashlib.sha256(data).hexdigest()]
        path.write_text(json.dumps(mark))
        parts.append((mark["sources"][0]["name"], path.stem))
    finish(run, read_settings(run), [part for _, part in sorted(parts)])


def swap(one, other):
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def edit_quality(run):
    for log in sorted((run / RECORDS).glob("*.jsonl")):
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        for line in lines:
            if line["source"] == "a.png":
                (step,) = (s for s in line["lr"][0]["steps"] if s["kind"] == "jpeg")
                step["quality"] += 1
        log.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.parametrize("form", ["folder", "tar"])
@pytest.mark.parametrize("hr", [False, True])
def test_a_run_as_it_was_left_has_no_difference(photos, tmp_path, form, hr):
    for recipe, lows in ((PAPER, 5), (GRAPH, 20)):
        out = tmp_path / recipe.name
        degrade(photos, out, recipe=recipe, scale=2, part=2, form=form, hr=hr, streams=True)
        found = verify(out, sample=None)
        assert found.differences == ()
        assert (found.sources, found.lows, found.again) == (5, lows, 5)


def test_a_source_that_is_too_small_for_a_size_has_fewer_pictures(photos, tmp_path):
    write(photos / "s.png", Picture(np.full((2, 3), 7, np.uint8)))
    out = tmp_path / "lr"
    assert degrade(photos, out, recipe=GRAPH, scale=2).written == 22
    assert verify(out, sample=None).differences == ()
    for log in (out / RECORDS).glob("*.jsonl"):
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        kept = [line for line in lines if (line["source"], line["hr_name"]) != ("a.png", "0.5")]
        log.write_text("".join(json.dumps(line) + "\n" for line in kept))
    forge(out)
    (told,) = verify(out, sample=None).differences
    assert told.startswith("The log lacks the HR size '0.5' of ")
    assert told.endswith("a.png.")


def test_a_sample_is_as_large_as_asked(run):
    assert verify(run, sample=2).again == 2
    assert verify(run, sample=0).again == 0
    assert verify(run, jobs=2).again == 5


def test_one_extra_pair_is_found(run, photos):
    shutil.copy(run / "a.png", run / "z.png")
    assert verify(run, sample=0).differences == (f"{run / 'z.png'} is in no log.",)
    shutil.copy(photos / "a.png", photos / "z.png")
    line = json.loads((run / MANIFEST).read_text().splitlines()[0])
    line["lr"][0]["path"] = "z.png"
    with open(run / MANIFEST, "a") as manifest:
        manifest.write(json.dumps(line) + "\n")
    told = verify(run, sample=0).differences
    assert f"{photos / 'z.png'} is not in the log." in [s.replace("lr/../", "") for s in told]
    assert f"{run / MANIFEST} is not what the logs of the parts say." in told
    assert f"{run / HASHES} does not list just these files." in told


def test_two_swapped_lr_are_found(run):
    write(run / "more/e.png", replace(read(run / "a.png")))
    swap(run / "a.png", run / "d.png")
    told = verify(run, sample=0).differences
    assert {f"{run / n} is not as it was written." for n in ("a.png", "d.png")} <= set(told)
    forge(run)
    told = verify(run, sample=0).differences
    assert told == ()
    told = verify(run, sample=None).differences
    assert "a.png is not of the size that its HR gives." in told
    assert any(s.startswith("more/e.png") for s in told)


def test_one_changed_hr_pixel_is_found(run, photos):
    status = (photos / "a.png").stat()
    picture = read(photos / "a.png")
    picture.pixels[20, 20] ^= 1
    write(photos / "a.png", picture)
    os.utime(photos / "a.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert any("a.png is not the picture that was degraded." in s for s in verify(run).differences)


def test_one_changed_pixel_of_a_stored_hr_is_found(photos, tmp_path):
    out = tmp_path / "lr"
    degrade(photos, out, recipe=PAPER, scale=2, hr=True)
    picture = read(out / "hr" / "a.png")
    picture.pixels[20, 20] ^= 1
    write(out / "hr" / "a.png", picture)
    assert f"{out / 'hr/a.png'} is not as it was written." in verify(out, sample=0).differences
    forge(out)
    (told,) = verify(out, sample=None).differences
    assert told.startswith("hr/a.png is not the HR that ")


def test_a_quality_off_by_one_is_found(run):
    edit_quality(run)
    assert any(".jsonl is not as it was written." in s for s in verify(run, sample=0).differences)
    forge(run)
    assert verify(run, sample=0).differences == ()
    (told,) = verify(run, sample=None).differences
    assert "disagrees with its seed" in told
    assert "quality" in told


def test_a_missing_source_is_found(run, photos):
    (photos / "a.png").unlink()
    told = verify(run, sample=0).differences
    assert any(s.endswith("photos/a.png is missing.") for s in told)


def test_a_source_missing_in_the_log_is_found(run, photos):
    for log in (run / RECORDS).glob("*.jsonl"):
        lines = log.read_text().splitlines()
        lines = [line for line in lines if json.loads(line)["source"] != "a.png"]
        log.write_text("".join(line + "\n" for line in lines))
    forge(run)
    assert "The log has 0 LR pictures of 'a.png'; the recipe makes 1." in verify(run).differences


def test_a_file_or_mark_that_is_lost_is_found(run):
    (run / "b.png").unlink()
    assert f"{run / 'b.png'} is missing." in verify(run, sample=0).differences
    for mark in (run / RECORDS).glob("*.json"):
        mark.unlink()
    assert len(verify(run, sample=0).differences) >= 5


def test_other_codecs_may_differ_by_one_and_are_named_beyond(run, monkeypatch):
    settings = json.loads((run / SETTINGS).read_text())
    here = settings["versions"]["libwebp"]
    settings["versions"]["libwebp"] = "9.9.9"
    (run / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n")
    forge(run)
    found = verify(run, sample=None)
    assert found.differences == ()
    assert found.versions == (f"libwebp 9.9.9 wanted, {here} is here",)

    pixels = np.array(Image.open(run / "a.png"))
    Image.fromarray(np.where(pixels < 255, pixels + 1, pixels)).save(run / "a.png")
    Image.fromarray(255 - np.array(Image.open(run / "d.png"))).save(run / "d.png")
    forge(run)
    assert verify(run, sample=None).differences == (
        f"Cannot re-derive d.png: libwebp 9.9.9 wanted, {here} is here.",
    )
    monkeypatch.setattr(verifying, "codec_versions", lambda *_, **__: settings["versions"])
    assert any("a.png" in s for s in verify(run, sample=None).differences)


def test_a_folder_that_is_no_run_is_refused(photos, run):
    with pytest.raises(DataError, match="is no run of srq data degrade"):
        verify(photos)
    (run / "degrade.toml").write_text("# \n" + PAPER.text)
    with pytest.raises(DataError, match="has been changed since the run began"):
        verify(run)
