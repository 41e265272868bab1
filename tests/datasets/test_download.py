"""Downloads from a server on this machine that cuts, lies, stalls and refuses."""

import hashlib
import io
import socket
import zipfile

import numpy as np
import pytest

from srq.datasets import download
from srq.datasets.catalogue import Item
from srq.datasets.download import Patience, download_set, fetch
from srq.errors import DataError, StorageError
from tests.datasets.http_server import serving

CONTENT = np.random.default_rng(0).bytes(100_000)
SWIFT = Patience(timeout=0.3, retries=2, pause=0.001)


@pytest.fixture
def server():
    with serving(CONTENT) as running:
        yield running


def item_of(server, **changes):
    parts = {
        "url": server.url(),
        "size": len(server.content),
        "sha256": hashlib.sha256(server.content).hexdigest(),
    }
    return Item(**{**parts, **changes})


def test_a_good_server_gives_the_file_and_its_progress(server, tmp_path):
    seen = []
    fetch(item_of(server), tmp_path / "a" / "f", progress=lambda *done: seen.append(done))
    assert (tmp_path / "a" / "f").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["f"]
    assert seen == sorted(seen)
    assert seen[-1] == (100_000, 100_000)
    # What is there and right is not asked for again.
    fetch(item_of(server), tmp_path / "a" / "f")
    assert server.requests == [None]


FAULTS = {
    "cut once": [("cut", 30_000)],
    "cut twice": [("cut", 30_000), ("cut", 30_000)],
    "cut at the start": [("cut", 0)],
    "passing trouble": [("status", 503), ("status", 429)],
    "range ignored": [("cut", 30_000), ("no range",)],
    "range wrong": [("cut", 30_000), ("wrong range", 29_999)],
    "range refused": [("cut", 30_000), ("status", 416)],
    "no length": [("no length",)],
    "silence": [("silent", 0.6)],
    "slow": [("slow", 0.05)],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_what_can_be_borne_is_borne(server, tmp_path, faults):
    server.faults = list(faults)
    fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert not server.faults


def test_a_cut_download_is_resumed_and_not_begun_again(server, tmp_path):
    server.faults = [("cut", 30_000), ("cut", 20_000)]
    fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert server.requests == [None, "bytes=30000-", "bytes=50000-"]


def test_what_came_is_kept_for_the_next_run(server, tmp_path):
    server.faults = [("cut", 30_000), ("cut", 0), ("cut", 0)]
    with pytest.raises(DataError, match=r"closed early \(3 tries\).*run the same command later"):
        fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert [path.name for path in tmp_path.iterdir()] == ["f.part"]
    fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert server.requests[-1] == "bytes=30000-"


def test_the_earlier_part_of_another_file_is_thrown_away(server, tmp_path):
    (tmp_path / "f.part").write_bytes(b"x" * 50_000)
    fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert server.requests == ["bytes=50000-", None]
    # A part longer than the file, likewise.
    (tmp_path / "g.part").write_bytes(b"x" * 200_000)
    fetch(item_of(server), tmp_path / "g", patience=SWIFT)
    assert (tmp_path / "g").read_bytes() == CONTENT


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_refusal_is_told_at_once(server, tmp_path, code):
    server.faults = [("status", code)]
    with pytest.raises(DataError, match=f"the server answers {code} "):
        fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert len(server.requests) == 1
    assert not list(tmp_path.iterdir())


def test_lasting_trouble_is_given_up(server, tmp_path):
    server.faults = [("status", 500)] * 9
    with pytest.raises(DataError, match=r"the server answers 500 .* \(3 tries\)"):
        fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert len(server.requests) == 3
    server.faults = [("silent", 0.5)] * 3
    with pytest.raises(DataError, match="the server fell silent"):
        fetch(item_of(server), tmp_path / "g", patience=SWIFT)


def test_wrong_bytes_leave_nothing(server, tmp_path):
    wrong = bytes(reversed(CONTENT))
    server.faults = [("other", wrong)]
    with pytest.raises(DataError, match="gave another file than the catalogue's"):
        fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert not list(tmp_path.iterdir())
    assert len(server.requests) == 1


@pytest.mark.parametrize("length", [99_999, 100_001])
def test_a_wrong_length_is_told_before_it_is_fetched(server, tmp_path, length):
    server.faults = [("other", bytes(length))]
    with pytest.raises(DataError, match=f"has {length} bytes, but the catalogue says 100000"):
        fetch(item_of(server), tmp_path / "f", patience=SWIFT)
    assert not list(tmp_path.iterdir())


def test_a_stream_without_end_is_cut_off(server, tmp_path):
    item = item_of(server, size=50_000)
    server.faults = [("no length",)]
    with pytest.raises(DataError, match=r"gave another file .* not 50000 of"):
        fetch(item, tmp_path / "f", patience=SWIFT)
    assert not list(tmp_path.iterdir())


def test_nobody_there(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        item = Item(f"http://127.0.0.1:{held.getsockname()[1]}/f", 3, "0" * 64)
        with pytest.raises(DataError, match=r"no connection .*refused.*\(3 tries\)"):
            fetch(item, tmp_path / "f", patience=SWIFT)


def test_a_full_disk_is_told(server, tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(download, "open", lambda *_: Full(), raising=False)
    with pytest.raises(StorageError, match=r"Cannot write .*f\.part: the disk is full"):
        fetch(item_of(server), tmp_path / "f", patience=SWIFT)


def test_a_set_is_unpacked_and_not_fetched_twice(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("HR/a.png", b"first")
        archive.writestr("HR/b.png", b"second")
    with serving(packed.getvalue()) as server:
        server.faults = [("cut", 40)]
        item = item_of(server, url=server.url("HR.zip"))
        folder = download_set("mine", item, tmp_path, patience=SWIFT)
        assert folder == tmp_path / "mine"
        assert (folder / "HR" / "b.png").read_bytes() == b"second"
        assert [path.name for path in tmp_path.iterdir()] == ["mine"]
        asked = len(server.requests)
        assert download_set("mine", item, tmp_path) == folder
        assert len(server.requests) == asked


def test_a_set_of_one_plain_file_becomes_a_folder_too(server, tmp_path):
    folder = download_set("mine", item_of(server), tmp_path, patience=SWIFT)
    assert (folder / "set.bin").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
