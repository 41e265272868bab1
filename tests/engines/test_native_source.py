"""The C++ of the native engine: who includes whom, and what its page says of it."""

import re

import pytest

from tests.native_programs import SOURCE

SRC = SOURCE / "src"
PAGE = SOURCE.parents[2] / "docs" / "design" / "native-source.md"

MAY_INCLUDE = {
    "kernels": {"kernels"},
    "plan": {"kernels", "plan"},
    "stages": {"kernels", "plan", "stages"},
    "run": {"kernels", "plan", "stages", "run"},
}


@pytest.mark.parametrize("room", MAY_INCLUDE)
def test_directories_include_downwards(room):
    for path in (SRC / room).rglob("*.[ch]pp"):
        included = re.findall(r'#include "(\w+)/', path.read_text(encoding="utf-8"))
        assert set(included) <= MAY_INCLUDE[room], path


def test_the_page_names_every_directory():
    page = PAGE.read_text(encoding="utf-8")
    folders = {path.relative_to(SRC).as_posix() for path in SRC.rglob("*") if path.is_dir()}
    assert folders == set(re.findall(r"^\| `([\w/]+)/` \|", page, re.MULTILINE))


def test_the_page_names_files_that_exist():
    page = PAGE.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:plan|stages|run|kernels|testing)/[a-z0-9_/]+\.[ch]pp)`", page):
        assert (SRC / path).is_file(), path
