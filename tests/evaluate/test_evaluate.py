"""The one call: models as a user has them, sets as a user names them."""

import pytest

import srq
from srq.errors import DataError, ModelError
from srq.evaluate import Suite, evaluate
from srq.program import save
from tests.evaluate.conftest import Repeat
from tests.kim_program import kim_program


def test_models_may_be_texts_programs_loaded_ones_and_callables(pictures, tmp_path):
    program = kim_program()
    save(program, tmp_path / "mine.srq")
    models = [
        f"text={tmp_path / 'mine.srq'}",
        tmp_path / "mine.srq",
        program,
        Repeat(),
    ]
    evaluation = evaluate(models, [pictures], engine="reference")
    assert list(evaluation.models) == ["bicubic", "text", "mine (integer)", program.name, "repeat"]
    integer = [
        evaluation.mean(name, "small", "clean") for name in ("text", "mine (integer)", program.name)
    ]
    assert integer[0] == integer[1] == integer[2]
    loaded = evaluate(srq.load(tmp_path / "mine.srq"), pictures)
    assert loaded.mean(program.name, "small", "clean") == integer[0]
    assert loaded.models[program.name]["fingerprint"] == program.fingerprint


def test_one_of_each_needs_no_list(pictures):
    one = evaluate(Repeat(), pictures)
    assert one.scores == evaluate([Repeat()], [str(pictures)]).scores
    assert one.scores == evaluate([Repeat()], Suite([str(pictures)])).scores


def test_the_scale_is_the_first_models(pictures):
    assert evaluate(Repeat(3), pictures).scale == 3
    assert evaluate([], pictures, scale=4).scale == 4
    assert evaluate([], pictures).scale == 2


def test_qualities_ask_for_compressed_pictures(pictures):
    assert evaluate([], pictures, qualities=[30, 60]).conditions == ["Q30", "Q60"]


def test_mistakes_are_sentences(pictures):
    with pytest.raises(ModelError, match="did you mean 'kim-x2'"):
        evaluate("kimx2", pictures)
    with pytest.raises(DataError, match="'Set6' is neither a test set"):
        evaluate(Repeat(), "Set6")
