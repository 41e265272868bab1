"""Tables say what the evaluation says, and published figures stay apart."""

import csv
import io
import math

import pytest

from srq.evaluate import Evaluation
from srq.evaluate.result import Score
from srq.evaluate.tables import csv_text, markdown

MODELS = {"bicubic": {"weights": 0}, "tiny": {"weights": 2560}}


def evaluation(*rows):
    pictures = {name: {"p": "00"} for _, name, *_ in rows}
    scores = [Score(model, name, cond, "p", psnr, ssim) for model, name, cond, psnr, ssim in rows]
    return Evaluation(2, MODELS, pictures, scores)


@pytest.fixture
def clean():
    return evaluation(
        ("bicubic", "Set5", "clean", 33.654, 0.92964),
        ("tiny", "Set5", "clean", 36.7612, 0.9552),
        ("bicubic", "Mine", "clean", 20.0, 0.5),
        ("tiny", "Mine", "clean", 19.5, 1.0),
    )


def test_one_condition_has_the_sets_across(clean):
    assert markdown(clean).splitlines() == [
        "| x2, measured | weights | Set5 | Mine |",
        "| --- | --- | --- | --- |",
        "| bicubic | – | 33.65 .9296 | 20.00 .5000 |",
        "| tiny | 2,560 | 36.76 (+3.11) .9552 | 19.50 (-0.50) 1.0000 |",
    ]


def test_several_conditions_have_a_table_for_each_set():
    table = evaluation(
        ("bicubic", "Set5", "Q10", 27.15, 0.8),
        ("tiny", "Set5", "Q10", 27.95, 0.81),
        ("bicubic", "Set5", "Q20", 28.9, 0.8),
        ("tiny", "Set5", "Q20", 29.5, 0.81),
        ("bicubic", "Set14", "Q20", 27.0, 0.8),
        ("tiny", "Set14", "Q20", 27.25, 0.81),
    )
    assert markdown(table).splitlines() == [
        "| Set5, x2 | Q10 | Q20 |",
        "| --- | --- | --- |",
        "| bicubic | 27.15 | 28.90 |",
        "| tiny | 27.95 (+0.80) | 29.50 (+0.60) |",
        "",
        "| Set14, x2 | Q20 |",
        "| --- | --- |",
        "| bicubic | 27.00 |",
        "| tiny | 27.25 (+0.25) |",
    ]


def test_published_figures_stand_in_a_table_of_their_own(clean):
    measured, published = markdown(clean, published=True).split("\n\n")
    assert measured + "\n" == markdown(clean)
    lines = published.splitlines()
    assert lines[0] == "| x2, published, not measured here | weights | Set5 | Mine | source |"
    assert "| kim, float | 2.56K | 36.66 .9548 | – | Kim and Lee 2020, Table 1 |" in lines
    assert "| ECBSR-M4C8 | 2.8K | 36.93 | – | Zhang, Zeng and Zhang 2021 |" in lines


def test_nothing_is_published_for_other_sets_or_scales(clean):
    mine = evaluation(("bicubic", "Mine", "clean", 20.0, 0.5))
    assert markdown(mine, published=True) == markdown(mine)
    clean.scale = 3
    assert markdown(clean, published=True) == markdown(clean)


def test_a_remark_names_what_counts_in_no_mean():
    flat = evaluation(
        ("bicubic", "Mine", "clean", math.inf, 1.0), ("tiny", "Mine", "clean", math.inf, 1.0)
    )
    assert "a flat picture as a rule): Mine/p." in markdown(flat)
    rows = list(csv.DictReader(io.StringIO(csv_text(flat))))
    assert [row["gain"] for row in rows] == ["0.000000"] * 4


def test_csv_has_every_score_and_the_means(clean):
    rows = list(csv.DictReader(io.StringIO(csv_text(clean))))
    assert len(rows) == 8
    assert rows[1] == {
        "model": "tiny",
        "set": "Set5",
        "condition": "clean",
        "picture": "p",
        "psnr": "36.761200",
        "ssim": "0.955200",
        "gain": "3.107200",
    }
    assert [row["picture"] for row in rows] == ["p"] * 4 + ["mean"] * 4
