"""The pages hold together: links lead somewhere, every page is in the index, commands exist."""

import re
from pathlib import Path

import pytest

from srq.cli.commands import COMMANDS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FOLDERS = ["", ".github", "docs", "hw", "benchmarks", "srq"]
PAGES = sorted(
    page
    for folder in FOLDERS
    for page in (ROOT / folder).glob("*.md" if folder in ("", ".github") else "**/*.md")
)
LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^\s*(?:\$ )?srq ([a-z][a-z-]*)", re.MULTILINE)


def name(page):
    return str(page.relative_to(ROOT))


def links(page):
    return LINK.findall(page.read_text())


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files(page):
    targets = [link.partition("#")[0] for link in links(page) if "://" not in link]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_commands_a_page_shows_exist(page):
    blocks = "\n".join(page.read_text().split("```")[1::2])
    assert set(COMMAND.findall(blocks)) <= {entry.name for entry in COMMANDS}


def test_every_page_is_reached_from_the_index():
    reached, waiting = set(), {DOCS / "README.md"}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
        waiting |= {target for target in targets if target in PAGES} - reached
    assert {name(page) for page in DOCS.glob("**/*.md")} <= {name(page) for page in reached}
