"""docs/reference/degrade.md and docs/guide/data.md say what the code does."""

import re
import tomllib
from pathlib import Path

import pytest

from srq.datasets.catalogue import load_catalogue
from srq.datasets.lists import EXCLUSIONS, TRAINING_SETS
from srq.datasets.manifest import read_manifest
from srq.degrade import Recipe
from srq.degrade.parameters import Number
from srq.degrade.registry import DEGRADATIONS

DOCS = Path(__file__).parents[2] / "docs"
DEGRADE = (DOCS / "reference" / "degrade.md").read_text()
DATASETS = (DOCS / "guide" / "data.md").read_text()


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("page", [DEGRADE, DATASETS], ids=["degrade", "datasets"])
def test_the_python_runs(page):
    (code,) = blocks(page, "python")
    exec(compile(code, "page", "exec"), {})


def test_the_recipe_shown_is_the_one_shipped():
    (shown,) = blocks(DEGRADE, "toml")
    assert tomllib.loads(shown) == tomllib.loads(Recipe.load("paper").text)


def row(degradation, parameter):
    if parameter is None:
        return f"| `{degradation.kind}` | | | |"
    if isinstance(parameter, Number):
        values = f"{'whole, ' * parameter.integer}{parameter.low:g} to {parameter.high:g}"
    else:
        values = ", ".join(parameter.options)
    default = "required" if parameter.default is None else parameter.default
    return f"| `{degradation.kind}` | `{parameter.name}` | {values} | {default} |"


def test_the_table_has_every_parameter():
    rows = [
        row(d, p) for d in map(DEGRADATIONS.load, DEGRADATIONS) for p in d.parameters or (None,)
    ]
    table = DEGRADE.partition("| kind |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table == rows


def test_training_sets_and_exclusions_are_told():
    assert all(f"`{name}`" in DATASETS for name in TRAINING_SETS)
    assert all(f"{entry.set}'s `{entry.picture}`" in DATASETS for entry in EXCLUSIONS)


def test_the_manifest_and_the_catalogue_shown_are_read(tmp_path):
    (line,) = blocks(DATASETS, "json")
    (tmp_path / "m.jsonl").write_text(line)
    assert read_manifest(tmp_path / "m.jsonl")[0].lr[0].recipe == "paper"
    (catalogue,) = blocks(DATASETS, "toml")
    (tmp_path / "c.toml").write_text(catalogue)
    assert set(load_catalogue(tmp_path / "c.toml")) == {"my-photos"}
