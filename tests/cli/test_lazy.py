import re
import subprocess
import sys
from pathlib import Path

import pytest

from srq.cli.commands import COMMANDS
from srq.cli.lazy import load
from srq.registry import Entry

ROOT = Path(__file__).parents[2]
HELP = """
import sys
before = set(sys.modules)
from srq.cli.app import main
main(["--help"])
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""
TYPER = {
    "_typer",
    "annotated_doc",
    "attr",  # rich takes it where it is installed
    "click",
    "markdown_it",
    "mdurl",
    "pygments",
    "rich",
    "shellingham",
    "typer",
    "typing_extensions",
}
"""Typer and what it is made of."""


def test_help_imports_no_command_and_nothing_but_typer():
    # What it imports is what it costs: benchmarks/startup.py has the seconds.
    done = subprocess.run(
        [sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True, check=True
    )
    modules = set(done.stderr.split())
    assert {entry.target.partition(":")[0] for entry in COMMANDS.values()} & modules == set()
    assert all(name in done.stdout for name in COMMANDS)
    packages = {module.partition(".")[0] for module in modules}
    assert packages - sys.stdlib_module_names <= TYPER | {"srq"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_entry_leads_to_a_command_with_help(name):
    entry = COMMANDS[name]
    assert load(name, entry).help
    assert re.fullmatch(r"[A-Z].*\.", entry.help)


def test_an_entry_that_its_module_does_not_provide_is_named():
    with pytest.raises(LookupError, match=r"tests\.cli\.probe:app provides .*, not 'other'"):
        load("other", Entry("tests.cli.probe:app", "Is not there."))
