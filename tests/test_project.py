"""The project's own files agree with each other."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from scripts.tools.release_notes import main, notes
from srq import __version__
from tests.conftest import SLOW

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()


def test_the_version_is_released_or_comes_next():
    dated = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", CHANGELOG, re.MULTILINE)
    assert "\n## Unreleased\n" in CHANGELOG
    assert dated[0] == __version__


def test_the_citation_is_of_the_newest_release():
    citation = (ROOT / "CITATION.cff").read_text()
    date = re.search(rf"^## {re.escape(__version__)} - (.*)$", CHANGELOG, re.MULTILINE)
    assert date is not None
    assert f"\nversion: {__version__}\n" in citation
    assert f'\ndate-released: "{date[1]}"\n' in citation


def test_a_release_has_notes():
    assert main(__version__).startswith("### Added\n")
    assert "## " not in notes(__version__, CHANGELOG).replace("### ", "")
    with pytest.raises(LookupError, match="CHANGELOG.md has no dated part on 9.9.9."):
        notes("9.9.9", CHANGELOG)


def test_no_extra_is_empty():
    assert all(PROJECT["optional-dependencies"].values())


def test_hooks_run_the_versions_that_are_tested():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    pinned = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if not line.startswith("#")
    )
    used = dict(re.findall(r"additional_dependencies: \[(.*)==(.*)\]", hooks))
    assert "ruff" in used
    assert {name: pinned.get(name, used[name]) for name in used} == used


def test_every_python_that_is_named_is_tested_and_declared():
    workflow = (ROOT / ".github/workflows/tests.yml").read_text()
    matrix = re.search(r"python: \[(.*)\]", workflow)
    assert matrix is not None
    versions = set(re.findall(r'"(.*?)"', matrix[1]))
    declared = set(re.findall(r"Python :: (3\.\d+)'", str(PROJECT["classifiers"])))
    assert versions == declared
    assert PROJECT["requires-python"] == f">={min(declared, key=lambda v: int(v[2:]))}"


def test_scripts_may_be_run():
    listed = subprocess.run(
        ["git", "ls-files", "--stage", "scripts", ".ci"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("this is no git checkout")
    for line in listed.stdout.splitlines():
        mode, path = line.split()[0], line.split("\t")[1]
        if (ROOT / path).read_bytes().startswith(b"#!"):
            assert mode == "100755", path


@pytest.mark.parametrize("name", sorted(SLOW))
def test_what_is_called_slow_is_there(name):
    path, _, test = name.partition("::")
    assert (ROOT / path).exists()
    assert not test or f"def {test}(" in (ROOT / path).read_text()
