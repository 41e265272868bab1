"""docs/design/add-an-exporter.md: its names, quotes and examples."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "design" / "add-an-exporter.md").read_text(encoding="utf-8")
QUOTES = re.findall(r"<!-- line: (\S+) -->\n```python\n(.*?)```", PAGE, re.DOTALL)
PROSE = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
PATHS = sorted(set(re.findall(r"`((?:srq|tests|benchmarks|docs)/[\w/.]*)`", PROSE)))
NAMES = sorted(set(re.findall(r"`(srq(?:\.\w+)+)`", PROSE)))


@pytest.mark.parametrize(("file", "quote"), QUOTES)
def test_what_it_quotes_stands_in_the_file(file, quote):
    assert quote in (ROOT / file).read_text(encoding="utf-8")


def test_the_files_it_names_exist():
    assert len(QUOTES) == 3
    assert len(PATHS) > 8
    assert [path for path in PATHS if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_names_it_mentions_exist(name):
    module, _, attribute = name.rpartition(".")
    assert hasattr(import_module(module), attribute) or import_module(name)


def test_the_examples_run():
    examples = re.findall(r"(?<!-->\n)```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 2
    exec(
        compile("\n".join(examples), "docs/design/add-an-exporter.md", "exec"), {"__name__": "page"}
    )
