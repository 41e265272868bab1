import json
import os
import shutil
import tracemalloc

import numpy as np
import pytest

from srq.datasets.degrading.finish import HASHES, MANIFEST, META_INFO, REJECTS
from srq.datasets.degrading.part import RECORDS
from srq.datasets.degrading.run import degrade
from srq.datasets.degrading.settings import RECIPE, SETTINGS
from srq.datasets.manifest import read_manifest
from srq.datasets.protocol import modcrop
from srq.degrade import Recipe
from srq.errors import ConfigError, DataError
from srq.image.io import Picture, read, write

PAPER = Recipe.load("paper")
BICUBIC = Recipe.load("bicubic")


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def pictures(folder):
    """All but the records of the run."""
    return {name for name in content(folder) if not name.startswith(RECORDS)}


def test_every_picture_gets_an_lr_and_a_line(photos, tmp_path):
    out = tmp_path / "lr"
    summary = degrade(photos, out, recipe=BICUBIC, scale=2)
    assert (summary.written, summary.kept) == (5, 0)
    assert pictures(out) == {
        *("a.png", "b.png", "c.png", "d.png", "more/e.png"),
        *(HASHES, MANIFEST, META_INFO, RECIPE, REJECTS, SETTINGS),
    }
    for entry in read_manifest(summary.manifest):
        lr = read(entry.lr[0].path).pixels
        hr = modcrop(read(entry.hr).pixels, 2)
        assert (lr == BICUBIC.apply(hr, scale=2, seed=0)).all()


def test_the_manifest_tells_what_was_drawn(photos, tmp_path):
    summary = degrade(photos, tmp_path / "lr", recipe=PAPER, scale=2, seed=3)
    qualities = set()
    for entry in read_manifest(summary.manifest):
        (low,) = entry.lr
        assert (low.recipe, low.seed) == ("paper", 3)
        assert low.steps is not None
        assert [step["kind"] for step in low.steps] == ["blur", "downscale", "jpeg", "noise"]
        qualities.add(low.steps[2]["quality"])
    assert len(qualities) > 1


def test_workers_other_pictures_and_interruptions_change_no_byte(photos, tmp_path):
    whole = tmp_path / "whole"
    degrade(photos, whole, recipe=PAPER, scale=2, part=1)
    spread = tmp_path / "spread"
    degrade(photos, spread, recipe=PAPER, scale=2, part=1, jobs=2)
    assert content(whole) == content(spread)

    class Stop(Exception):
        pass

    def stop(done, _):
        if done == 3:
            raise Stop

    cut = tmp_path / "cut"
    with pytest.raises(Stop):
        degrade(photos, cut, recipe=PAPER, scale=2, part=1, progress=stop)
    assert pictures(cut) == {"a.png", "b.png", "c.png", RECIPE, SETTINGS}
    seen = []
    summary = degrade(
        photos, cut, recipe=PAPER, scale=2, part=1, progress=lambda *done: seen.append(done)
    )
    assert (summary.written, summary.kept) == (2, 3)
    assert seen == [(3, 5), (4, 5), (5, 5)]
    assert content(whole) == content(cut)

    alone = tmp_path / "alone"
    degrade(photos / "a.png", alone, recipe=PAPER, scale=2)
    assert (alone / "a.png").read_bytes() == (whole / "a.png").read_bytes()


def test_a_changed_hr_is_done_again(photos, tmp_path):
    out = tmp_path / "lr"
    degrade(photos, out, recipe=BICUBIC, scale=2, part=1)
    before = (out / "a.png").read_bytes()
    write(photos / "a.png", Picture(np.zeros((40, 52), np.uint8)))
    later = (out / "a.png").stat().st_mtime + 5
    os.utime(photos / "a.png", (later, later))
    assert degrade(photos, out, recipe=BICUBIC, scale=2, part=1).written == 1
    assert (out / "a.png").read_bytes() != before


@pytest.mark.slow
def test_memory_does_not_grow_with_the_pictures(tmp_path):
    peaks = []
    for count in (20, 120):
        for number in range(count):
            pixels = np.random.default_rng(number).integers(0, 256, (40, 40, 3), np.uint8)
            write(tmp_path / f"{count}" / f"{number}.png", Picture(pixels))
        tracemalloc.start()
        degrade(
            tmp_path / f"{count}", tmp_path / f"lr{count}", recipe=BICUBIC, scale=2, part=4, hr=True
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # A picture and its LR have 6 kB, and are not kept; names and hashes, less than half, are.
    assert peaks[1] - peaks[0] < 100 * 3000


def test_a_cluster_takes_no_jobs(photos, tmp_path):
    with pytest.raises(ConfigError, match="leave 'jobs' out"):
        degrade(photos, tmp_path / "lr", recipe=PAPER, scale=2, jobs=2, ray="local")


def test_another_recipe_scale_or_seed_is_refused(photos, tmp_path):
    out = tmp_path / "lr"
    degrade(photos, out, recipe=PAPER, scale=2)
    before = content(out)
    for recipe, scale, seed in ((BICUBIC, 2, 0), (PAPER, 3, 0), (PAPER, 2, 1)):
        with pytest.raises(DataError, match="holds pictures of another recipe, scale or seed"):
            degrade(photos, out, recipe=recipe, scale=scale, seed=seed)
    assert content(out) == before


def test_pictures_of_others_are_never_overwritten(photos, tmp_path):
    out = tmp_path / "lr"
    shutil.copytree(photos, out)
    before = content(out)
    with pytest.raises(DataError, match=r"a\.png is there already and not from here"):
        degrade(photos, out, recipe=PAPER, scale=2)
    with pytest.raises(DataError, match="is the folder of the HR pictures"):
        degrade(photos, photos, recipe=PAPER, scale=2)
    assert content(out) == before


def test_an_lr_folder_among_the_hr_is_not_degraded_again(photos):
    for _ in range(2):
        summary = degrade(photos, photos / "lr", recipe=BICUBIC, scale=2)
        assert summary.written + summary.kept == 5


def test_deep_and_transparent_pictures_become_plain(tmp_path):
    rng = np.random.default_rng(0)
    deep = rng.integers(0, 65536, (9, 12, 3), np.uint16)
    write(tmp_path / "hr.png", Picture(deep, rng.integers(0, 65536, (9, 12), np.uint16)))
    degrade(tmp_path / "hr.png", tmp_path / "lr", recipe=BICUBIC, scale=3)
    lr = read(tmp_path / "lr" / "hr.png")
    assert lr.alpha is None
    assert lr.pixels.dtype == np.uint8
    assert lr.pixels.shape == (3, 4, 3)


def test_bad_input_is_one_sentence(photos, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    out = tmp_path / "lr"
    with pytest.raises(DataError, match="empty holds no pictures"):
        degrade(empty, out, recipe=PAPER, scale=2)
    with pytest.raises(DataError, match="neither a folder nor a picture"):
        degrade(tmp_path / "gone", out, recipe=PAPER, scale=2)
    with pytest.raises(ConfigError, match="'scale' must be at least 1"):
        degrade(photos, out, recipe=PAPER, scale=0)
    assert not out.exists()

    write(empty / "dot.png", Picture(np.zeros((1, 1), np.uint8)))
    with pytest.raises(DataError, match="1x1 is too small for this recipe"):
        degrade(empty, out, recipe=PAPER, scale=2)


def test_a_damaged_picture_is_rejected_and_the_rest_finished(photos, tmp_path):
    out = tmp_path / "lr"
    (photos / "c.bmp").write_bytes(b"BM no picture")
    summary = degrade(photos, out, recipe=PAPER, scale=2)
    assert summary.written == 4
    assert list(summary.rejected) == ["c.bmp"]
    assert "c.bmp" in summary.rejected["c.bmp"]
    (reject,) = map(json.loads, (out / REJECTS).read_text().splitlines())
    assert reject == {"source": "c.bmp", "reason": summary.rejected["c.bmp"]}
    assert len(read_manifest(out / MANIFEST)) == 4

    write(photos / "c.bmp", Picture(np.zeros((20, 20), np.uint8)))
    assert degrade(photos, out, recipe=PAPER, scale=2).rejected == {}
    assert (out / REJECTS).read_text() == ""
    assert len(read_manifest(out / MANIFEST)) == 5

    (out / SETTINGS).write_text('{"recipe": "paper", "scale": 2, "seed": 0}')
    with pytest.raises(DataError, match="is of another version of srq"):
        degrade(photos, out, recipe=PAPER, scale=2)
    (out / SETTINGS).write_text("{")
    with pytest.raises(DataError, match=r"degrade\.json is damaged"):
        degrade(photos, out, recipe=PAPER, scale=2)
