"""The benchmark of the store: what it searches, and what its tables say."""

import pytest

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

from benchmarks import harness, store, store_tables
from srq.store.candidates import Way
from srq.store.modes import FLOORS
from srq.upscaling.fingerprints import Programs


@pytest.fixture
def rows(monkeypatch):
    ways = [Way("webp", "webp"), Way("webp 1/2 lanczos", "webp", 2)]
    ways.append(Way("webp lossless", "webp", lossless=True))
    monkeypatch.setattr(store, "all_ways", lambda _: ways)
    files = [one for one in store.pictures(None, None, 64) if one[1] in ("coffee", "drawn page")]
    programs = Programs()
    return [{"name": n, "group": g, **store.searched(data, programs)} for g, n, data in files]


def test_the_store_is_never_worse_than_one_way(rows, monkeypatch):
    for row in rows:
        for mode, found in row["floors"].items():
            assert found["chosen"]["bytes"] <= min(one["bytes"] for one in found["ways"].values())
            for one in found["ways"].values():
                score = one["ssimulacra2"]
                assert score is None or score >= FLOORS[mode]
    text = next(row for row in rows if row["name"] == "drawn page")
    assert {found["chosen"]["scale"] for found in text["floors"].values()} == {1}
    monkeypatch.setattr(harness, "read_result", lambda _: {"pictures": rows})
    made = store_tables.tables()
    assert set(made) == {"ratios", "winners", "single", "share", "graphics"}
    assert len(made.pop("graphics").splitlines()) == 2 + 3
    assert all(len(table.splitlines()) == 2 + 2 * 3 for table in made.values())
    assert "| graphics, PNG | small | 0 of 1 |" in made["share"]


def test_a_way_that_is_better_than_the_store_is_told(rows, monkeypatch):
    rows[0]["floors"]["high"]["ways"]["avif"] = {"bytes": 1, "ssimulacra2": 71.0, "scale": 1}
    monkeypatch.setattr(harness, "read_result", lambda _: {"pictures": rows})
    with pytest.raises(AssertionError, match="worse than a single codec"):
        store_tables.tables()
