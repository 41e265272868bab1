"""A folder and a bucket keep blobs alike."""

import hashlib

import pytest

from srq.errors import ConfigError, DataError, StorageError
from srq.store.library import blobs as blobs_module
from srq.store.library.blobs import BEGINNINGS, FolderBlobs, open_blobs

DATA = bytes(range(256)) * 9
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "bucket"])
def blobs(request, tmp_path):
    if request.param == "folder":
        return open_blobs(str(tmp_path / "blobs"))
    return open_blobs(request.getfixturevalue("bucket"))


def test_what_is_put_is_there_until_it_is_deleted(blobs, tmp_path):
    put = blobs.put(DATA)
    assert (put.sha256, put.size) == (NAME, len(DATA))
    (tmp_path / "same").write_bytes(DATA)
    assert blobs.put(tmp_path / "same").sha256 == NAME
    assert blobs.has(NAME)
    assert blobs.get(NAME) == DATA
    assert [(one.sha256, one.size) for one in blobs.all()] == [(NAME, len(DATA))]
    assert [one.sha256 for begins in BEGINNINGS for one in blobs.all(begins)] == [NAME]
    blobs.delete(NAME)
    blobs.delete(NAME)
    assert not blobs.has(NAME)
    assert list(blobs.all()) == []


def test_pieces_are_ranges(blobs, monkeypatch):
    for module in (blobs_module, pytest.importorskip("srq.store.library.bucket")):
        monkeypatch.setattr(module, "PIECE", 100)
    blobs.put(DATA)
    assert b"".join(blobs.pieces(NAME)) == DATA
    assert b"".join(blobs.pieces(NAME, 150, 1001)) == DATA[150:1001]
    assert b"".join(blobs.pieces(NAME, 2300, 9999)) == DATA[2300:]
    assert max(map(len, blobs.pieces(NAME))) == 100


def test_what_is_missing_is_told(blobs):
    with pytest.raises(DataError, match="missing"):
        blobs.get(NAME)
    with pytest.raises(DataError, match="missing"):
        blobs.pieces(NAME)


def test_damage_is_told_and_mended_by_putting_again(tmp_path):
    blobs = FolderBlobs(tmp_path)
    blobs.put(DATA)
    blobs.path(NAME).write_bytes(DATA[:-1])
    with pytest.raises(DataError, match="damaged"):
        blobs.get(NAME)
    blobs.put(DATA)
    assert blobs.get(NAME) == DATA


def test_only_hashes_are_names(tmp_path):
    blobs = FolderBlobs(tmp_path)
    for name in ("../x", "a" * 63, "A" * 64, f"{'a' * 64}\n", ""):
        with pytest.raises(ValueError, match="names no blob"):
            blobs.path(name)


def test_a_folder_that_refuses_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        FolderBlobs(tmp_path / "file").put(DATA)
    with pytest.raises(StorageError):
        FolderBlobs(tmp_path).put(tmp_path / "absent")


def test_a_bucket_is_named_rightly():
    pytest.importorskip("obstore", reason="pip install 'srq[store]'")
    for wrong in ("s3://", "s3://bucket?size=3"):
        with pytest.raises(ConfigError):
            open_blobs(wrong)
