import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from srq.cli.commands import COMMANDS, Command
from srq.cli.lazy import load

ROOT = Path(__file__).parents[2]
HELP = """
import sys
from srq.cli.app import main
main(["--help"])
print("numpy" in sys.modules, "torch" in sys.modules, *sys.modules, file=sys.stderr)
"""


def test_help_imports_no_command_and_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True, check=True
    )
    numpy, torch, *modules = done.stderr.split()
    assert (numpy, torch) == ("False", "False")
    assert {entry.module for entry in COMMANDS} & set(modules) == set()
    assert all(entry.name in done.stdout for entry in COMMANDS)


def test_help_takes_well_under_half_a_second():
    def seconds():
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "srq", "--help"], cwd=ROOT, capture_output=True, check=True
        )
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        return end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime

    # Processor time, the best of three: other work on the machine is not ours to answer for.
    assert min(seconds() for _ in range(3)) < 0.4


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_entry_leads_to_a_command_with_help(entry):
    assert load(entry).help
    assert re.fullmatch(r"[A-Z].*\.", entry.help)


def test_the_list_is_in_order_and_says_each_name_once():
    names = [entry.name for entry in COMMANDS]
    assert len(set(names)) == len(names)


def test_an_entry_that_its_module_does_not_provide_is_named():
    with pytest.raises(LookupError, match=r"tests\.cli\.probe\.app provides .*, not 'other'"):
        load(Command("other", "tests.cli.probe", "Is not there."))
