import json
from pathlib import Path

import pytest

from srq.errors import DataError, StorageError
from srq.quant.results import Method, SweepResults, Training
from srq.quant.sweep import Widths

ROOT = Path(__file__).parents[2]

UNTRAINED, TRAINED = Method(), Method(per_channel=True, trained=True)


@pytest.fixture
def results():
    found = SweepResults({"sha256": "abc"}, {"A": 36.0, "B": 30.0})
    found.scores[UNTRAINED, Widths(8, 9)] = {"A": 35.9, "B": 29.7}
    found.scores[UNTRAINED, Widths(6, 9)] = {"A": 35.0, "B": 29.0}
    found.scores[TRAINED, Widths(6, 9)] = {"A": 36.0, "B": 30.1}
    found.trainings[TRAINED, Widths(6, 9)] = Training(1500, 0.001)
    return found


def test_they_come_back_as_they_were_written(results, tmp_path):
    results.write(tmp_path / "sweep.json")
    assert SweepResults.read(tmp_path / "sweep.json") == results


def test_what_is_lost_is_the_mean_over_the_sets(results):
    assert results.lost(UNTRAINED, Widths(8, 9)) == pytest.approx(0.2)
    assert results.lost(TRAINED, Widths(6, 9)) == pytest.approx(-0.05)
    assert results.lost(TRAINED, Widths(8, 9)) is None
    assert results.curve(UNTRAINED) == {
        Widths(8, 9): pytest.approx(-0.2),
        Widths(6, 9): pytest.approx(-1.0),
    }


def test_a_table_for_each_method(results):
    text = results.markdown()
    assert text.index("untrained, a binary point per layer") < text.index("trained, a binary point")
    assert "| 6 | 1.00 |\n| 8 | 0.20 |" in text
    assert "| 6 | -0.05 |" in text


def test_it_says_how_long_was_trained_and_what_was_not(results):
    trained = Method(trained=True)
    results.scores[trained, Widths(6, 9)] = {"A": 36.0, "B": 30.0}
    results.trainings[trained, Widths(6, 9)] = Training(2000, 0.0025)
    text = results.markdown()
    assert "by weights: 6 bits 2,000 at 0.0025.\n" in text
    assert "Empty cells were not trained: untrained they lose at most 0.200 dB." in text


def test_some_widths_stand_side_by_side(results):
    results.scores[UNTRAINED, Widths(8, 8)] = {"A": 35.9, "B": 29.9}
    assert "| 8/8 | 0.100 |  |\n| 6/8 |  |  |" in results.markdown()


@pytest.mark.parametrize("content", ["{", "[]", '{"about": {}, "float": {}, "cells": [{}]}'])
def test_what_is_no_result_is_refused(tmp_path, content):
    (tmp_path / "sweep.json").write_text(content)
    with pytest.raises(DataError, match=r"sweep.json"):
        SweepResults.read(tmp_path / "sweep.json")
    with pytest.raises(StorageError):
        SweepResults.read(tmp_path / "none.json")


def test_the_page_shows_what_was_measured():
    page = (ROOT / "docs" / "results" / "quantization.md").read_text()
    path = ROOT / "benchmarks" / "results" / "quantization-kim-x2.json"
    table = SweepResults.read(path).markdown()
    assert f"<!-- table: quantization sweep -->\n\n{table}\n<!-- end of table -->" in page
    assert len(json.loads(path.read_text())["cells"]) >= 99


def test_training_ended_nowhere_worse_than_it_began():
    results = SweepResults.read(ROOT / "benchmarks" / "results" / "quantization-kim-x2.json")
    for method, widths in results.trainings:
        before = results.lost(Method(method.per_channel), widths)
        after = results.lost(method, widths)
        assert before is not None
        assert after is not None
        assert after <= before, f"{widths}: {before:.3f} dB lost untrained, {after:.3f} trained"
