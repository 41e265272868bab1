"""The benchmark of the store's server: its plans and its table."""

import pytest

pytest.importorskip("fastapi", reason="pip install 'srq[store]'")

from benchmarks import harness, store_load


def test_plans_say_what_is_asked_for(tmp_path):
    paths = {"download": ["/a"], "restore": ["/b", "/c"]}
    static = {"download": "/middle", "list": "/page"}
    made = store_load.Filled(["cookie"], "key", paths, tmp_path, static)
    assert "['paths'] = {\"/a\"}" in made.plan("download", 0, static=False)
    assert "['paths'] = {\"/middle\"}" in made.plan("download", 0, static=True)
    assert f"['from'] = {store_load.RESTORES}" in made.plan("restore", 1, static=False)
    assert f"['think'] = {store_load.THINK}" in made.plan("list", 0, static=True)


def test_the_table(monkeypatch):
    one = {
        "srq": {"per_second": 30.0, "p50": 10.0, "p95": 100.0, "processor_ms": 9.0, "failed": 0},
        "static": {"per_second": 60.0, "p50": 1.0, "p95": 2.0, "failed": 0},
        "ratio": 0.5,
    }
    result = {"tasks": dict.fromkeys(store_load.TASKS, one), "workers": 2, "cores": 2, "rounds": 1}
    result |= {"made": {"load": 1.0}, "client": {"wrk": 0.25}}
    monkeypatch.setattr(harness, "newest", lambda _: {"avx2": result})
    table = store_load.tables()["load"].splitlines()
    assert "no request failed; wrk took 25 % of a core" in table[0]
    assert len(table) == 4 + len(store_load.TASKS)
    assert table[-1].endswith("| 30.0 | 10 | 100 | 9.0 | 60.0 | 2 | 0.50 |")
