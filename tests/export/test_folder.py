import errno
import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from srq.errors import StorageError
from srq.export.folder import MANIFEST, write_folder

FILES = {"a.txt": b"a\n", "inner/b.bin": b"\x00\xff"}


def write(folder):
    return write_folder(folder, "c", "f" * 64, FILES)


def all_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


WHOLE = ["a.txt", "inner", "inner/b.bin", MANIFEST]


@pytest.mark.parametrize("name", ["out", "deep/er/out"])
def test_a_missing_folder_is_made_and_holds_the_files(tmp_path, name):
    manifest = write(tmp_path / name)
    assert all_below(tmp_path / name) == WHOLE
    assert (tmp_path / name / "inner" / "b.bin").read_bytes() == b"\x00\xff"
    read = json.loads((tmp_path / name / MANIFEST).read_text())
    assert (read["exporter"], read["program"]) == ("c", "f" * 64)
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in FILES.items()}
    assert read["files"] == hashes == manifest.files


def test_it_has_the_mode_that_mkdir_would_give(tmp_path):
    write(tmp_path / "ours")
    (tmp_path / "theirs").mkdir()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("ours", "theirs")]
    assert modes[0] == modes[1]


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path, monkeypatch):
    before = tmp_path.stat().st_ino
    monkeypatch.chdir(tmp_path)
    write(Path("."))
    assert all_below(tmp_path) == WHOLE
    assert tmp_path.stat().st_ino == before


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_there_already_is_refused_and_left_alone(tmp_path, kind):
    out = tmp_path / "out"
    if kind == "folder":
        out.mkdir()
        (out / "mine").write_text("mine")
    else:
        out.write_text("mine")
    before = all_below(tmp_path)
    with pytest.raises(StorageError) as error:
        write(out)
    assert str(error.value) == f"{out} is there already and not empty; name a new folder."
    assert all_below(tmp_path) == before


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("call", ["write_bytes", "rename"])
def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch, there, call):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "deep" / "out"
    if there:
        out.mkdir(parents=True)
    before = all_below(tmp_path)
    if call == "write_bytes":
        monkeypatch.setattr(Path, "write_bytes", full)
    else:
        monkeypatch.setattr(os, "rename", full)
        monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StorageError, match=r"Cannot write .*out: the disk is full"):
        write(out)
    monkeypatch.undo()
    assert all_below(tmp_path) == before


def test_the_second_of_two_moves_that_fails_takes_the_first_back(tmp_path, monkeypatch):
    moved = []
    rename = os.rename

    def once(source, target):
        if len(moved) == 1 and Path(target).parent == tmp_path:
            moved.append(target)
            raise OSError(errno.EIO, "Input/output error")
        moved.append(target)
        rename(source, target)

    monkeypatch.setattr(os, "rename", once)
    with pytest.raises(StorageError, match="Input/output error"):
        write(tmp_path)
    assert len(moved) == 3
    assert all_below(tmp_path) == []


def test_a_path_through_a_file_is_told_as_such(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="a part of the path is a file, not a folder"):
        write(tmp_path / "file" / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="choose a folder you may write to"):
        write(tmp_path / "out")
