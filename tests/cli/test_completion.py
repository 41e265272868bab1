import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def probe(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.probe", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        (["srq", "fi"], ["fine"]),
        (["srq", "group", ""], ["inner"]),
        (["srq", "fine", "--c"], ["--count"]),
    ],
)
def test_bash_completes_commands_and_options(words, completions):
    environment = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    assert probe(_SRQ_COMPLETE="complete_bash", **environment) == completions


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(shell):
    assert f"_SRQ_COMPLETE=complete_{shell}" in probe(_SRQ_COMPLETE=f"source_{shell}")
