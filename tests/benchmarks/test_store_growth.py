"""The benchmark of a library's growth: what it fills is a library as any other."""

import pytest

pytest.importorskip("sqlalchemy", reason="pip install 'srq[store]'")

from benchmarks import harness, store_growth
from srq.store.library.fsck import check
from srq.store.library.library import Place, open_library

SIZE = 300


def test_what_is_filled_is_sound_and_every_task_finds_something(tmp_path):
    account_id = store_growth.filled_at(tmp_path / "it", SIZE)
    assert store_growth.filled_at(tmp_path / "it", SIZE) == account_id
    with open_library(Place(tmp_path / "it")) as library:
        found = check(library, orphan_age=-1)
        assert (found.lost, found.wrong, found.pictures) == ([], [], SIZE)
        for name, task in store_growth.tasks(library, account_id, SIZE):
            answer = task()
            if name.startswith(("list", "search")):
                assert answer.pictures, name


def test_a_broken_fill_is_begun_anew(tmp_path):
    with open_library(Place(tmp_path / "it")) as library:
        store_growth.filled(library, 10)
    store_growth.filled_at(tmp_path / "it", 10)


def test_the_table(monkeypatch):
    tasks = {"fsck": {"seconds": 0.0123, "bytes": 2_500_000}}
    more = {"fsck": {"seconds": 1.5, "bytes": 3_500_000}}
    rows = [{"pictures": 1000, "tasks": tasks}, {"pictures": 10_000, "tasks": more}]
    monkeypatch.setattr(
        harness, "newest", lambda _: {"avx2": {"rows": rows, "made": {"load": 1.0}}}
    )
    table = store_growth.tables()["growth"]
    assert table.splitlines()[-1] == "| fsck | 12.3 | 1,500 | 3.5 |"
