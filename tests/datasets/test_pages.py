"""docs/reference/degrade.md and docs/guide/data.md say what the code does."""

import re
import tomllib
from pathlib import Path

import pytest

from srq.datasets.catalogue import load_catalogue
from srq.datasets.lists import EXCLUSIONS, TRAINING_SETS
from srq.datasets.manifest import read_manifest
from srq.degrade import Recipe
from srq.degrade.parameters import Number, Text
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


def test_the_recipe_shown_is_the_one_shipped_and_the_others_are_recipes():
    shown, forks, *others = blocks(DEGRADE, "toml")
    assert tomllib.loads(shown) == tomllib.loads(Recipe.load("paper").text)
    assert all(Recipe.parse(text, "page") for text in others)
    names = [output.name for output in Recipe.parse(forks, "page").outputs(2)]
    assert len(names) == 12
    assert re.findall(r"`(\S+/(?:plain|once|twice))`", DEGRADE) == [*names[:4], names[-1]]


def row(parameter):
    if isinstance(parameter, Number):
        high = f"{parameter.high:g}" if parameter.high < 1e6 else f"{parameter.high:.0f}"
        values = f"{'whole, ' * parameter.integer}{parameter.low:g} to {high}"
    elif isinstance(parameter, Text):
        values = parameter.what
    else:
        values = ", ".join(parameter.options)
    default = "required" if parameter.default is None else parameter.default
    return f"| `{parameter.name}` | {values} | {default} |"


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_the_page_of_its_family_has_every_parameter_of_a_kind(kind):
    degradation = DEGRADATIONS.load(kind)
    page = (DOCS / "reference" / "degradations" / f"{degradation.family}.md").read_text()
    section = f"{page}\n## ".partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| `")]
    assert section, f"{degradation.family}.md has no section '## {kind}'"
    assert table == [row(parameter) for parameter in degradation.parameters]


def test_every_family_has_a_page_and_no_page_speaks_of_a_kind_that_is_not():
    pages = {
        page.stem: page.read_text() for page in (DOCS / "reference" / "degradations").iterdir()
    }
    kinds = [DEGRADATIONS.load(kind) for kind in DEGRADATIONS]
    for name, page in pages.items():
        told = re.findall(r"^## (\S+)$", page, re.MULTILINE)
        assert sorted(told) == sorted(kind.kind for kind in kinds if kind.family == name)
        assert f"degradations/{name}.md" in DEGRADE


def test_training_sets_and_exclusions_are_told():
    assert all(f"`{name}`" in DATASETS for name in TRAINING_SETS)
    assert all(f"{entry.set}'s `{entry.picture}`" in DATASETS for entry in EXCLUSIONS)


def test_the_manifest_and_the_catalogue_shown_are_read(tmp_path):
    (line,) = blocks(DATASETS, "json")
    (tmp_path / "m.jsonl").write_text(line)
    assert read_manifest(tmp_path / "m.jsonl")[0].lr[0].recipe == "paper"
    step, catalogue = blocks(DATASETS, "toml")
    Recipe.parse(step.replace("camera.safetensors", "camera"), "page")
    (tmp_path / "c.toml").write_text(catalogue)
    assert set(load_catalogue(tmp_path / "c.toml")) == {"my-photos"}
