import errno
import hashlib
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from srq.errors import ConfigError, DataError, StorageError
from srq.files import (
    atomic_write,
    read_text,
    remove_stale,
    sha256_file,
    storage_error,
    write_bytes,
    write_text,
)

ROOT = Path(__file__).parents[1]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def full_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_written_file_holds_its_bytes_and_nothing_else_is_left(tmp_path):
    write_bytes(tmp_path / "a" / "b.bin", b"\x00\xff")
    write_text(tmp_path / "a" / "c.txt", "é\n")
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"\x00\xff"
    assert (tmp_path / "a" / "c.txt").read_bytes() == b"\xc3\xa9\n"
    assert names(tmp_path / "a") == ["b.bin", "c.txt"]


def test_the_file_has_the_mode_that_open_would_give(tmp_path):
    write_bytes(tmp_path / "ours", b"")
    (tmp_path / "theirs").write_bytes(b"")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("ours", "theirs")]
    assert modes[0] == modes[1]


def test_the_name_is_taken_only_at_the_end(tmp_path):
    path = tmp_path / "f"
    with atomic_write(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert not path.exists()
    assert path.read_bytes() == b"new"


def test_an_error_in_the_block_keeps_the_old_file_and_is_not_changed(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), atomic_write(path) as stream:
        stream.write(b"half")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["f"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_keeps_the_old_file(tmp_path, monkeypatch, call):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, call, full_disk)
    with pytest.raises(StorageError, match=r"Cannot write .*f: the disk is full; free some space"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["f"]


def test_ctrl_c_while_the_file_is_made_leaves_nothing(tmp_path, monkeypatch):
    def opened(path, mode):
        open(path, mode).close()
        raise KeyboardInterrupt

    monkeypatch.setattr("srq.files.open", opened, raising=False)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "f", b"x")
    assert not list(tmp_path.iterdir())


KILLED = """
import os, signal, sys
from srq.files import atomic_write
with atomic_write(sys.argv[1]) as stream:
    stream.write(b"half")
    stream.flush()
    if len(sys.argv) > 2:
        print("open", flush=True)
        sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def writer(path, *arguments):
    """A process that is killed while it writes; with an argument, once its input ends."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", KILLED, str(path), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe)


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path):
    with writer(tmp_path / "killed") as process:
        process.wait(240)
    (left,) = names(tmp_path)
    foreign = [".f.0123456789ab.tmp", ".f.tmp", "f.01234567-0123456789ab.tmp", ".hidden"]
    another = ".f.00000000-0123456789ab.tmp"  # of another machine
    for name in [*foreign, another]:
        (tmp_path / name).touch()
    remove_stale(tmp_path, after=60)
    assert names(tmp_path) == sorted([*foreign, another, left])
    for name in names(tmp_path):
        os.utime(tmp_path / name, (1, time.time() - 3600))
    remove_stale(tmp_path, after=60)
    assert names(tmp_path) == sorted([*foreign, another])
    os.utime(tmp_path / another, (1, 1))
    remove_stale(tmp_path, after=60)
    assert names(tmp_path) == sorted(foreign)


def test_the_next_write_into_a_folder_removes_it(tmp_path):
    with writer(tmp_path / "killed") as process:
        process.wait(240)
    (left,) = tmp_path.iterdir()
    os.utime(left, (1, time.time() - 3600))
    write_bytes(tmp_path / "f", b"whole")
    assert names(tmp_path) == ["f"]


def test_what_a_process_is_writing_is_left_alone(tmp_path):
    with writer(tmp_path / "f", "wait") as process:
        assert process.stdout.readline() == b"open\n"
        (left,) = tmp_path.iterdir()
        os.utime(left, (1, time.time() - 3600))
        remove_stale(tmp_path)
        assert left.exists()
        process.communicate(timeout=240)
    remove_stale(tmp_path)
    assert names(tmp_path) == []


def test_a_folder_in_the_files_place(tmp_path):
    (tmp_path / "f").mkdir()
    with pytest.raises(StorageError, match="it is a folder; name a file"):
        write_bytes(tmp_path / "f", b"new")
    assert names(tmp_path) == ["f"]


def test_a_file_in_a_folders_place(tmp_path):
    (tmp_path / "f").write_bytes(b"")
    with pytest.raises(StorageError, match="Cannot write"):
        write_bytes(tmp_path / "f" / "g", b"new")


def test_a_reason_we_have_no_words_for_is_the_systems_own():
    error = storage_error("read", "x", OSError(errno.EIO, "Input/output error"))
    assert str(error) == "Cannot read x: Input/output error."


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path, size):
    data = bytes(size)
    (tmp_path / "f").write_bytes(data)
    assert sha256_file(tmp_path / "f") == hashlib.sha256(data).hexdigest()


def test_hashing_a_missing_file(tmp_path):
    with pytest.raises(StorageError, match=r"^Cannot read .*absent: it does not exist; check the"):
        sha256_file(tmp_path / "absent")


def test_text_that_cannot_be_read_is_a_sentence(tmp_path):
    path = tmp_path / "it.toml"
    path.write_text("ü", encoding="utf-8")
    assert read_text(path, "The recipe") == "ü"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"^The recipe .*it\.toml is not UTF-8 text\.$"):
        read_text(path, "The recipe")
    with pytest.raises(DataError, match="The manifest .* is not UTF-8 text"):
        read_text(path, "The manifest", DataError)
    with pytest.raises(StorageError, match=r"gone\.toml: it does not exist; check the path"):
        read_text(tmp_path / "gone.toml", "The recipe")
