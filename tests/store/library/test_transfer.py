import json

import pytest

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

from srq.errors import DataError, ImageError
from srq.parallel.shards import Shard
from srq.store.library import albums, optimise
from srq.store.library.limited import KilledError
from srq.store.library.reoptimise import ids_to_do, reoptimise
from srq.store.library.transfer import MANIFEST, export_pictures, import_pictures, unused_name
from tests.store.library.conftest import (
    account_of,
    assert_sound,
    drain,
    new_account,
    picture_of,
    taken,
)


@pytest.fixture
def folder(tmp_path, jpeg):
    made = tmp_path / "photos"
    made.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (made / name).write_bytes(jpeg + name.encode())
    (made / "broken.jpg").write_bytes(b"no picture")
    return made


def test_in_and_out_again(library, account, folder, tmp_path):
    paths = sorted(folder.iterdir())
    moved = list(import_pictures(library, account, paths))
    assert [(one.was_there, one.sentence is None) for one in moved] == [
        (False, True), (False, True), (False, False),
    ]  # fmt: skip
    assert [one.was_there for one in import_pictures(library, account, paths[:2])] == [True, True]
    drain(library)
    before = {path.name: path.read_bytes() for path in paths}
    out = tmp_path / "out"
    written = list(export_pictures(library, account, out))
    assert [one.sentence for one in written] == [None, None]
    for name in ("a.jpg", "b.jpg"):
        assert (out / name).read_bytes() == before[name]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    lines = [json.loads(line) for line in (out / MANIFEST).read_text().splitlines()]
    assert {line["file"]: line["way"] for line in lines} == dict.fromkeys(
        ("a.jpg", "b.jpg"), "jpeg in jxl"
    )
    assert all(one.was_there for one in export_pictures(library, account, out))
    stored = list(export_pictures(library, account, tmp_path / "stored", "stored"))
    assert sorted(one.name for one in stored) == ["a.jxl", "b.jxl"]


def test_one_album(library, account, jpeg, tmp_path):
    with library.database.writing() as session:
        album = albums.album_named(session, account, "sea")
    taken(library, account, jpeg, "in.jpg", album_id=album.id)
    taken(library, account, jpeg + b"1", "out.jpg")
    moved = list(export_pictures(library, account, tmp_path / "out", album_id=album.id))
    assert [one.name for one in moved] == ["in.jpg"]


def test_names_are_safe_and_unlike():
    used = set()
    names = ["it.jpg", "IT.JPG", "../it.jpg", "con.jpg", "a:b?.png", "pictures.jsonl", ""]
    assert [unused_name(name, used) for name in names] == [
        "it.jpg", "IT-2.JPG", "it-3.jpg", "_con.jpg", "a_b_.png", "pictures-2.jsonl", "picture",
    ]  # fmt: skip


def test_again_in_another_mode(library, account, jpeg):
    ids = [taken(library, account, jpeg + bytes([n])) for n in range(3)]
    drain(library)
    other = new_account(library, "bob")
    taken(library, other, jpeg)
    assert sorted(ids_to_do(library, account, None)) == sorted(ids)
    assert len(ids_to_do(library, None, None)) == 4
    shares = [ids_to_do(library, None, Shard(number, 2)) for number in (1, 2)]
    assert sorted(shares[0] + shares[1]) == sorted(ids_to_do(library, None, None))
    done = list(reoptimise(library, ids[:1], mode="budget:99%"))
    assert [one.sentence for one in done] == [None]
    assert 0 < done[0].after <= done[0].before < len(jpeg)
    assert picture_of(library, ids[0]).mode == "budget:99%"
    assert account_of(library, account).used > 0
    assert [one.sentence for one in reoptimise(library, ["nobody"])] == ["it was deleted meanwhile"]
    drain(library)
    assert_sound(library)


@pytest.mark.parametrize("error", [KilledError("its process was ended"), ImageError("Not sound.")])
def test_a_search_that_fails_changes_nothing(library, account, jpeg, monkeypatch, error):
    picture_id = taken(library, account, jpeg)
    drain(library)
    before = picture_of(library, picture_id)

    def broken(*given):
        raise error

    monkeypatch.setattr(optimise, "run_limited", broken)
    (done,) = reoptimise(library, [picture_id], mode="small")
    assert str(error) in (done.sentence or "")
    after = picture_of(library, picture_id)
    for name in ("mode", "state", "stored", "record", "original", "bytes"):
        assert getattr(after, name) == getattr(before, name), name
    assert_sound(library)


@pytest.mark.slow
def test_over_a_cluster(library, account, jpeg):
    pytest.importorskip("ray", reason="pip install 'srq[ray]'")
    ids = [taken(library, account, jpeg + bytes([n])) for n in range(2)]
    done = list(reoptimise(library, ids, ray="local"))
    assert [one.sentence for one in done] == [None, None]
    assert [picture_of(library, one).way for one in ids] == ["jpeg in jxl"] * 2
    drain(library)
    assert_sound(library)


def test_a_newer_record_is_refused(library, account, jpeg, tmp_path):
    picture_id = taken(library, account, jpeg)
    with library.database.writing() as session:
        row = session.merge(picture_of(library, picture_id))
        row.record = row.record.replace('"version":1', '"version":2')
    (one,) = export_pictures(library, account, tmp_path / "out")
    assert "use a newer srq" in (one.sentence or "")
    with pytest.raises(DataError):
        from srq.store.library.restored import wish

        wish(library, picture_id)
