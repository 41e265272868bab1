"""Turns of contestants, and results that keep their history."""

import json

import pytest

from benchmarks import harness


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    monkeypatch.setattr(harness, "instruction_set", lambda: "avx2")
    return tmp_path


def test_every_contestant_has_a_turn_in_each_round():
    turns = []
    measures = {name: lambda name=name: turns.append(name) or len(turns) for name in "ab"}
    assert harness.in_turns(measures, 3) == {"a": [1, 3, 5], "b": [2, 4, 6]}
    assert "".join(turns) == "ababab"


def test_what_is_timed_runs_once_more_than_it_warms_up():
    runs = []
    assert harness.seconds(lambda: runs.append(1)) >= 0
    assert len(runs) == 1
    harness.seconds(lambda: runs.append(1), warm=0.001)
    assert len(runs) > 2


def test_a_result_is_added_and_none_is_lost(results, monkeypatch):
    harness.keep("speed", {"ms": 1})
    harness.keep("speed", {"ms": 2})
    monkeypatch.setattr(harness, "instruction_set", lambda: "neon")
    harness.keep("speed", {"ms": 3})
    assert json.loads((results / "speed" / "avx2.json").read_text()) == [{"ms": 1}, {"ms": 2}]
    assert harness.newest("speed") == {"avx2": {"ms": 2}, "neon": {"ms": 3}}


def test_a_result_can_be_written_alone(results, tmp_path):
    harness.keep("speed", {"ms": 1}, tmp_path / "mine.json")
    assert json.loads((tmp_path / "mine.json").read_text()) == {"ms": 1}
    assert harness.newest("speed") == {}


def test_the_instruction_set_is_the_native_engines(monkeypatch):
    native = pytest.importorskip("srq.engines.native", exc_type=ImportError)
    for name in native.isas():
        monkeypatch.setenv(native.ISA_VARIABLE, name)
        assert harness.instruction_set() == name


def test_a_scene_is_luma_within_its_bounds():
    scene = harness.scene(120, 130, 16, 235)
    assert (scene.shape, scene.dtype) == ((120, 130), "uint8")
    assert (scene.min(), scene.max()) == (16, 235)
