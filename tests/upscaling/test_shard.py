from pathlib import Path

import numpy as np
import pytest

from srq.batch.jobs import plan_jobs
from srq.batch.run import Existing
from srq.errors import ConfigError, DataError
from srq.image.io import Picture, write
from srq.parallel.shards import Shard
from srq.upscaling.batch import upscale_files
from srq.upscaling.shard import merge_folder, record_shard


@pytest.fixture
def shard(tmp_path, monkeypatch, engine):
    """``shard(i, n, **about)`` does share i of n of the folder in, into out."""
    monkeypatch.chdir(tmp_path)
    for number in range(5):
        write(f"in/{number}.png", Picture(np.full((4, 5), number, np.uint8)))

    def work(number, shards, **about):
        share = Shard(number, shards)
        jobs = share.of(plan_jobs(Path("in"), Path("out"), ending="-x2"))
        results = upscale_files(jobs, engine, existing=Existing.REPLACE)
        about = {"scale": 2, "recursive": False, "suffix": None} | about
        record_shard(Path("out"), share, about, results)

    return work


def merge():
    return merge_folder(Path("in"), Path("out"))


@pytest.mark.parametrize("shards", [1, 2, 5, 7])
def test_shards_make_every_picture_once(shard, shards):
    for number in range(1, shards + 1):
        shard(number, shards)
    assert merge() == 5
    assert sorted(path.name for path in Path("out").iterdir()) == [f"{n}.png" for n in range(5)]


def test_what_is_missing_is_told(shard):
    with pytest.raises(DataError, match="no shard's record in out; run srq upscale --shard first"):
        merge()
    shard(2, 3)
    with pytest.raises(DataError, match=r"Shard 1/3 of out has not ended; run it first"):
        merge()


def test_other_options_are_told(shard):
    shard(1, 2)
    shard(2, 2, quality=50)
    with pytest.raises(ConfigError, match="were given different options"):
        merge()


def test_a_failed_picture_is_told(shard):
    whole = Path("in/3.png").read_bytes()
    Path("in/3.png").write_bytes(whole[:40])
    shard(1, 2)
    shard(2, 2)
    with pytest.raises(
        DataError, match=r"Shard 2/2 could not upscale in/3\.png; mend or remove it"
    ):
        merge()
    Path("in/3.png").write_bytes(whole)
    shard(2, 2)
    assert merge() == 5


def test_a_folder_that_changed_is_told(shard):
    shard(1, 2)
    write("in/2a.png", Picture(np.zeros((4, 5), np.uint8)))
    shard(2, 2)
    with pytest.raises(DataError, match=r"is not there exactly once, as if in had changed"):
        merge()


def test_a_changed_result_is_told(shard):
    shard(1, 1)
    write("out/2.png", Picture(np.zeros((4, 5), np.uint8)))
    with pytest.raises(DataError, match=r"out/2\.png is not as its shard wrote it; run that again"):
        merge()


def test_a_damaged_record_is_told(shard):
    shard(1, 1)
    Path("out/.srq-shards/1-of-1.json").write_text("{")
    with pytest.raises(DataError, match="damaged; run its shard again"):
        merge()
