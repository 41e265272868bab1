import io
import stat
import tarfile
import zipfile

import pytest

from srq.datasets.archive import extract, is_archive
from srq.errors import DataError, StorageError

FILES = {"HR/a.png": b"a" * 5000, "HR/deep/b.png": b"", "readme": b"hello"}


def make_zip(path, files, links=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")


def make_tar(path, files, links=()):
    mode = {".tar": "w", ".gz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}[path.suffix]
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)


def make(path, files, links=()):
    (make_zip if path.suffix == ".zip" else make_tar)(path, files, links)


NAMES = ["x.zip", "x.tar", "x.tar.gz", "x.tar.bz2", "x.tar.xz"]


@pytest.mark.parametrize("name", NAMES)
def test_files_come_out_as_they_went_in(tmp_path, name):
    make(tmp_path / name, FILES)
    assert is_archive(tmp_path / name)
    extract(tmp_path / name, tmp_path / "out")
    found = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert found == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", name]


def test_a_picture_is_no_archive(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert not is_archive(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["x.zip", "x.tar"])
@pytest.mark.parametrize("evil", ["../evil", "/tmp/evil", "a/../../evil", "a\\..\\evil", "C:evil"])
def test_names_that_lead_out_are_refused(tmp_path, name, evil):
    inner = tmp_path / "inner"
    inner.mkdir()
    make(inner / name, {"good": b"1", evil: b"2"})
    with pytest.raises(DataError, match="leads out of the folder"):
        extract(inner / name, inner / "out")
    assert [path.name for path in inner.iterdir()] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]


@pytest.mark.parametrize("name", ["x.zip", "x.tar"])
def test_links_are_refused(tmp_path, name):
    make(tmp_path / name, {"good": b"1"}, ["link"])
    with pytest.raises(DataError, match="holds 'link', which is a link"):
        extract(tmp_path / name, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.tar.xz"])
def test_a_damaged_archive_leaves_nothing(tmp_path, name):
    path = tmp_path / name
    make(path, {"a": bytes(range(256)) * 400, "b": b"x" * 1000})
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 8] = bytes(8)
    path.write_bytes(content)
    with pytest.raises(DataError, match="is a damaged archive"):
        extract(path, tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_folder_that_is_there_is_not_touched(tmp_path):
    make(tmp_path / "x.zip", FILES)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    with pytest.raises(StorageError, match="Cannot write"):
        extract(tmp_path / "x.zip", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]
