"""Result files: what is written can be read again, and anything else is refused."""

import json
import math
from importlib.util import find_spec

import pytest

from srq.cli.output import write_json
from srq.errors import DataError, StorageError
from srq.evaluate import Evaluation, Suite, evaluate
from srq.evaluate.result import Mean, Score
from tests.evaluate.conftest import Repeat


@pytest.fixture(scope="module")
def evaluation(pictures):
    return evaluate([Repeat()], Suite([str(pictures)], qualities=(30, 60)))


def test_a_file_gives_the_evaluation_back(evaluation, tmp_path):
    path = tmp_path / "result.json"
    write_json(evaluation.to_json(), path)
    again = Evaluation.read(path)
    assert set(again.scores) == set(evaluation.scores)
    assert len(again.scores) == len(evaluation.scores)
    assert again.to_json() == evaluation.to_json()


def test_the_file_says_what_was_measured_and_where(evaluation):
    record = evaluation.to_json()
    torch = {"torch"} if find_spec("torch") else set()
    assert record["made"]["versions"].keys() >= {"python", "srq", "numpy", "pillow"} | torch
    assert record["made"]["machine"].keys() >= {"system", "architecture", "cpu", "cores"}
    assert record["models"]["repeat"]["weights"] == 7
    assert len(record["pictures"]["small"]["a"]) == 64
    assert len(record["means"]) == 4
    column = record["scores"]["repeat"]["small"]["Q60"]
    assert len(column["psnr"]) == len(column["ssim"]) == len(record["pictures"]["small"]) == 3


def test_an_infinite_psnr_survives(tmp_path):
    path = tmp_path / "result.json"
    perfect = Evaluation(2, {"bicubic": {}}, {"s": {"p": "00"}})
    perfect.scores.append(Score("bicubic", "s", "clean", "p", math.inf, 1.0))
    write_json(perfect.to_json(), path)
    assert Evaluation.read(path).scores[0].psnr == math.inf


def test_a_picture_that_one_model_makes_equal_counts_in_no_mean():
    pictures = {"s": {"flat": "00", "p": "11", "q": "22"}}
    both = Evaluation(2, {"bicubic": {}, "net": {}}, pictures)
    for model, db in (("bicubic", (math.inf, 30.0, 32.0)), ("net", (50.0, 33.0, 34.0))):
        both.scores += [
            Score(model, "s", "clean", name, value, 0.5)
            for name, value in zip(pictures["s"], db, strict=True)
        ]
    assert both.mean("net", "s", "clean") == Mean(33.5, 0.5, 2.5, equal=1)
    assert both.mean("bicubic", "s", "clean") == Mean(31.0, 0.5, 0.0, equal=1)
    assert both.equal_pictures() == ["s/flat"]


def test_only_flat_pictures_are_said_to_be_equal():
    flat = Evaluation(2, {"bicubic": {}}, {"s": {"p": "00"}})
    flat.scores.append(Score("bicubic", "s", "clean", "p", math.inf, 1.0))
    assert flat.mean("bicubic", "s", "clean") == Mean(math.inf, 1.0, 0.0, equal=1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not json", "is not JSON"),
        ("[]", "is no evaluation"),
        ('{"format": "srq.checkpoint"}', "is no evaluation"),
        ('{"format": "srq.evaluation", "version": 99}', "of version 99, this srq reads version 1"),
        ('{"format": "srq.evaluation", "version": 1}', "lacks a part of an evaluation"),
    ],
)
def test_other_files_are_refused(tmp_path, text, sentence):
    path = tmp_path / "result.json"
    path.write_text(text)
    with pytest.raises(DataError, match=sentence):
        Evaluation.read(path)


def test_a_column_of_another_length_is_refused(evaluation, tmp_path):
    record = evaluation.to_json()
    record["scores"]["repeat"]["small"]["Q60"]["psnr"].pop()
    (tmp_path / "result.json").write_text(json.dumps(record))
    with pytest.raises(DataError, match="lacks a part"):
        Evaluation.read(tmp_path / "result.json")


def test_a_picture_without_a_condition_stays_without(tmp_path):
    scores = [
        Score("bicubic", "s", "Q10", "p", 30.0, 0.9),
        Score("bicubic", "s", "x", "q", 31.0, 0.8),
    ]
    partial = Evaluation(2, {"bicubic": {}}, {"s": {"p": "00", "q": "11"}}, scores)
    write_json(partial.to_json(), tmp_path / "result.json")
    assert Evaluation.read(tmp_path / "result.json").scores == scores


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(StorageError, match="Cannot read .*none.json"):
        Evaluation.read(tmp_path / "none.json")
