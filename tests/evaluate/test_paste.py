"""Tables in pages: pasted from files, and those of srq's own pages are current."""

from pathlib import Path

import pytest

from srq.cli.output import write_json
from srq.errors import ConfigError, StorageError
from srq.evaluate import Suite, evaluate
from srq.evaluate.paste import filled, main, pasted
from srq.evaluate.tables import markdown

ROOT = Path(__file__).parents[2]
PAGES = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("srq/**/*.md"),
    *ROOT.glob("benchmarks/**/*.md"),
]
PLACE = "Before\n<!-- table: results/r.json -->\nold\n<!-- end of table -->\nafter\n"


@pytest.fixture
def evaluation(pictures, tmp_path):
    made = evaluate([], Suite([str(pictures)]))
    write_json(made.to_json(), tmp_path / "results" / "r.json")
    return made


def test_the_table_replaces_what_stood_there(evaluation, tmp_path):
    text = pasted(PLACE, tmp_path)
    assert text == (
        "Before\n<!-- table: results/r.json -->\n\n"
        + markdown(evaluation)
        + "\n<!-- end of table -->\nafter\n"
    )
    assert pasted(text, tmp_path) == text


def test_an_indented_example_is_left_alone(evaluation, tmp_path):
    text = PLACE.replace("<!--", "    <!--")
    assert pasted(text, tmp_path) == text


def test_main_writes_only_what_changed(evaluation, tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text(PLACE)
    main([str(page)])
    assert "tables brought up to date" in capsys.readouterr().out
    assert "| bicubic |" in page.read_text()
    main([str(page)])
    assert capsys.readouterr().out == ""


def test_an_unknown_option_is_refused(evaluation, tmp_path):
    with pytest.raises(ConfigError, match="option 'published', not 'pretty'"):
        pasted(PLACE.replace("json -->", "json pretty -->"), tmp_path)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(StorageError, match="r.json"):
        pasted(PLACE, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_tables_of_our_pages_are_current(page):
    text = page.read_text(encoding="utf-8")
    assert pasted(text, page.parent) == text


def test_what_a_benchmark_brings_is_filled_in():
    page = "Before\n<!-- it -->\nold\n<!-- end of it -->\nafter\n"
    made = filled(page, "it", "| new |\n")
    assert made == "Before\n<!-- it -->\n\n| new |\n\n<!-- end of it -->\nafter\n"
    assert filled(made, "it", "| new |") == made


@pytest.mark.parametrize("page", ["", "<!-- it -->", "<!-- end of it -->"])
def test_a_page_without_the_place_is_refused(page):
    with pytest.raises(ConfigError, match="must have <!-- it --> and <!-- end of it -->"):
        filled(page, "it", "new")
