"""Tables in pages: filled from result files, and those of the repository's pages are current."""

import pytest

from scripts.tools import pages
from scripts.tools.pages import PLOTS, ROOT, TABLES, fill, main
from srq.cli.output import write_json
from srq.errors import ConfigError, StorageError
from srq.evaluate import Suite, evaluate
from srq.evaluate.tables import markdown
from srq.registry import Entry, Registry

PLACE = "Before\n<!-- table: results/r.json -->\nold\n<!-- end of table -->\nafter\n"


@pytest.fixture
def evaluation(pictures, tmp_path):
    made = evaluate([], Suite([str(pictures)]))
    write_json(made.to_json(), tmp_path / "results" / "r.json")
    return made


@pytest.fixture
def run(monkeypatch):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["pages", *map(str, arguments)])
        main()

    return run


def test_the_table_replaces_what_stood_there(evaluation, tmp_path):
    text = fill(PLACE, tmp_path)
    assert text == (
        "Before\n<!-- table: results/r.json -->\n\n"
        + markdown(evaluation)
        + "\n<!-- end of table -->\nafter\n"
    )
    assert fill(text, tmp_path) == text


def test_an_indented_example_is_left_alone(evaluation, tmp_path):
    text = PLACE.replace("<!--", "    <!--")
    assert fill(text, tmp_path) == text


def test_main_writes_only_what_changed(evaluation, tmp_path, capsys, run):
    page = tmp_path / "page.md"
    page.write_text(PLACE)
    run(page)
    assert "tables brought up to date" in capsys.readouterr().out
    assert "| bicubic |" in page.read_text()
    run(page)
    assert capsys.readouterr().out == ""


def test_an_unknown_option_is_refused(evaluation, tmp_path):
    with pytest.raises(ConfigError, match="option 'published', not 'pretty'"):
        fill(PLACE.replace("json -->", "json pretty -->"), tmp_path)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(StorageError, match="r.json"):
        fill(PLACE, tmp_path)


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_tables_of_our_pages_are_current(page):
    text = page.read_text(encoding="utf-8")
    assert fill(text, page.parent) == text, "run: scripts/fill-pages"


def test_every_table_of_a_benchmark_is_on_a_page():
    texts = "".join(page.read_text(encoding="utf-8") for page in pages.pages())
    wanted = [f"{name} {table}" for name in TABLES for table in TABLES.load(name)()]
    assert [name for name in wanted if f"\n<!-- table: {name} -->\n" not in texts] == []


def test_a_table_of_a_benchmark_is_filled_in(tmp_path, monkeypatch):
    tables = Registry("table", {"speed": Entry("tests.scripts.test_pages:some_tables")})
    monkeypatch.setattr(pages, "TABLES", tables)
    page = "Before\n<!-- table: speed all -->\nold\n<!-- end of table -->\nafter\n"
    made = fill(page, tmp_path)
    assert made == (
        "Before\n<!-- table: speed all -->\n\n| new |\n\n<!-- end of table -->\nafter\n"
    )
    assert fill(made, tmp_path) == made
    with pytest.raises(ConfigError, match="no table 'al'; did you mean 'all'"):
        fill(page.replace("all", "al"), tmp_path)
    with pytest.raises(ConfigError, match="no table 'spee'; did you mean 'speed'"):
        fill(page.replace("speed", "spee"), tmp_path)


def some_tables():
    return {"all": "| new |\n"}


@pytest.mark.parametrize("page", ["<!-- table: it all -->\n", "<!-- end of table -->\n"])
def test_half_a_place_is_refused(page, tmp_path):
    with pytest.raises(ConfigError, match="both begin and end"):
        fill(page, tmp_path)


def test_the_plots_stand_where_they_are_drawn():
    assert [name for name in PLOTS if not (ROOT / name).exists()] == []
    assert all(callable(entry.load()) for entry in PLOTS.values())
