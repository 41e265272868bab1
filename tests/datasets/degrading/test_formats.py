"""What a run is stored in: folders, tars, LMDBs, Parquet; from each, training reads the same."""

import json
import subprocess
import sys
import tarfile

import numpy as np
import pytest

from srq.datasets.degrading.containers import tar_header
from srq.datasets.degrading.finish import META_INFO
from srq.datasets.degrading.run import degrade
from srq.datasets.manifest import read_manifest
from srq.datasets.paired import load_pairs
from srq.datasets.pictures import read_member, read_uint8
from srq.datasets.protocol import modcrop
from srq.degrade import Recipe
from srq.errors import DataError, StorageError
from srq.image.io import decode, read

GRAPH = Recipe.parse(
    """
    [hr]
    scales = [1, 0.5]
    [[step]]
    [step.fork]
    plain = [{ kind = "downscale" }]
    jpeg = [{ kind = "downscale" }, { kind = "jpeg", quality = [40, 90] }]
    webp = [{ kind = "downscale" }, { kind = "webp", quality = [40, 90] }]
    """,
    "graph",
)


def pool_of(photos, out, **options):
    summary = degrade(photos, out, recipe=GRAPH, scale=2, part=2, **options)
    assert (summary.written, summary.rejected) == (30, {})
    return load_pairs(summary.manifest, scale=2, crop=4)


@pytest.mark.parametrize("hr", [False, True])
@pytest.mark.parametrize("streams", [False, True])
def test_training_reads_the_same_from_all(photos, tmp_path, hr, streams):
    plain = pool_of(photos, tmp_path / "plain")
    assert len(plain) == 30
    for form in ("folder", "tar"):
        pool = pool_of(photos, tmp_path / form, form=form, hr=hr, streams=streams)
        assert pool.fingerprint == plain.fingerprint


def test_training_reads_lmdb(photos, tmp_path):
    pytest.importorskip("lmdb")
    plain = pool_of(photos, tmp_path / "plain")
    for hr in (False, True):
        pool = pool_of(photos, tmp_path / f"{hr}", form="lmdb", hr=hr, streams=True)
        assert pool.fingerprint == plain.fingerprint
    with pytest.raises(DataError, match="holds no z.png"):
        read_member(next((tmp_path / "True").glob("*.lmdb")), "z.png")


def test_lmdb_has_the_same_bytes_whoever_makes_it(photos, tmp_path):
    pytest.importorskip("lmdb")
    options = {"recipe": GRAPH, "scale": 2, "part": 2, "form": "lmdb"}
    one = degrade(photos, tmp_path / "one", **options)
    assert degrade(photos, tmp_path / "two", jobs=2, **options).tree == one.tree


def test_a_large_lmdb_grows(tmp_path, monkeypatch):
    lmdb = pytest.importorskip("lmdb")
    from srq.datasets.degrading import containers

    monkeypatch.setattr(containers, "_ROOM", 1 << 16)
    blocks = {f"{n}.png": bytes([n]) * 50_000 for n in range(40)}
    with containers.new_container("lmdb", tmp_path / "x.lmdb") as container:
        for name, block in blocks.items():
            container.add(name, block)
    assert all(read_member(tmp_path / "x.lmdb", name) == block for name, block in blocks.items())
    with lmdb.open(str(tmp_path / "x.lmdb"), subdir=False, readonly=True, lock=False) as found:
        assert found.stat()["entries"] == 40


def test_hr_is_stored_once_and_only_where_no_source_serves(photos, tmp_path):
    degrade(photos, tmp_path / "out", recipe=GRAPH, scale=2)
    assert len(list((tmp_path / "out" / "hr").rglob("*.png"))) == 5
    for entry in read_manifest(tmp_path / "out" / "manifest.jsonl"):
        assert len(entry.lr) == 3
        stored = (tmp_path / "out" / "hr" / "0.5") in entry.hr.parents
        assert stored or entry.hr.resolve().is_relative_to(photos)


def test_streams_are_the_codecs_own_files_with_the_same_pixels(photos, tmp_path):
    degrade(photos, tmp_path / "plain", recipe=GRAPH, scale=2)
    degrade(photos, tmp_path / "streams", recipe=GRAPH, scale=2, streams=True)
    lr = tmp_path / "streams" / "lr"
    found = {path.relative_to(lr) for path in lr.rglob("*.*") if path.is_file()}
    assert {path.suffix for path in found} == {".png", ".jpg", ".webp"}
    for path in found:
        stored = read_uint8(lr / path)
        png = read_uint8((tmp_path / "plain" / "lr" / path).with_suffix(".png"))
        if stored.ndim == 3 and png.ndim == 2:  # WebP has no gray.
            png = png[..., None]
        assert (stored == png).all()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of webdataset
def test_tars_are_webdatasets(photos, tmp_path):
    webdataset = pytest.importorskip("webdataset")
    degrade(photos, tmp_path / "out", recipe=GRAPH, scale=2, part=2, form="tar", hr=True)
    tars = sorted(str(path) for path in (tmp_path / "out").glob("*.tar"))
    samples = list(webdataset.WebDataset(tars, shardshuffle=False))
    assert len(samples) == len({sample["__key__"] for sample in samples}) == 5
    for sample in samples:
        lines = json.loads(sample["json"])
        assert [len(line["lr"]) for line in lines] == [3, 3]
        hr = decode(sample["hr-1.png"], "hr").pixels
        lr = decode(sample["1-plain.png"], "lr").pixels
        assert lr.shape[0] * 2 == hr.shape[0]


def test_a_tar_depends_on_its_pictures_alone(photos, tmp_path):
    degrade(photos, tmp_path / "out", recipe=GRAPH, scale=2, form="tar")
    (path,) = (tmp_path / "out").glob("*.tar")
    with tarfile.open(path) as tar:
        for member in tar:
            assert (member.mtime, member.uid, member.gid, member.uname) == (0, 0, 0, "")


def test_parquet_has_a_row_for_each_lr(photos, tmp_path):
    pytest.importorskip("pyarrow")
    script = (
        "import sys, json, pyarrow.dataset as d;"
        "print(json.dumps(d.dataset(sys.argv[1]).to_table().to_pylist()))"
    )
    degrade(photos, tmp_path / "out", recipe=GRAPH, scale=2, part=2, parquet=True)
    command = [sys.executable, "-c", script, str(tmp_path / "out" / "log")]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = {row["path"]: row for row in json.loads(told)}
    lines = (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()
    lows = [(line, low) for line in map(json.loads, lines) for low in line["lr"]]
    assert len(rows) == len(lows) == 30
    for line, low in lows:
        row = rows[low["path"]]
        assert json.loads(row["steps"]) == low["steps"]
        assert row["sha256"] == low["sha256"]
        assert (row["source"], row["hr"]) == (line["source"], line["hr"])


def test_meta_info_names_each_pair(photos, tmp_path):
    degrade(photos, tmp_path / "out", recipe=GRAPH, scale=2)
    pairs = [line.split(", ") for line in (tmp_path / "out" / META_INFO).read_text().splitlines()]
    assert len(pairs) == 30
    for hr, lr in pairs:
        high, low = (read(tmp_path / "out" / path).pixels for path in (hr, lr))
        assert modcrop(high, 2).shape[:2] == (2 * low.shape[0], 2 * low.shape[1])


def test_a_container_that_is_damaged_or_gone_is_told(photos, tmp_path):
    degrade(photos, tmp_path / "out", recipe=GRAPH, scale=2, form="tar")
    (path,) = (tmp_path / "out").glob("*.tar")
    with pytest.raises(DataError, match="holds no z.png"):
        read_member(path, "z.png")
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(DataError, match="is damaged"):
        load_pairs(tmp_path / "out" / "manifest.jsonl", scale=2, crop=4)
    path.unlink()
    with pytest.raises(StorageError, match="it does not exist"):
        load_pairs(tmp_path / "out" / "manifest.jsonl", scale=2, crop=4)


@pytest.mark.parametrize("size", [0, 511, 123_456_789, (1 << 33) - 1, 1 << 33])
@pytest.mark.parametrize("name", ["a", "x" * 99, "x" * 100, "x" * 101, "x" * 300, "é.png"])
def test_headers_of_tars_are_those_of_tarfile(name, size):
    header = tarfile.TarInfo(name)
    header.size = size
    assert tar_header(name, size) == header.tobuf(tarfile.PAX_FORMAT)
