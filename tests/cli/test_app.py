import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from srq import __version__
from srq.cli.app import EXTRA_OF, main
from srq.cli.signals import interrupted_by_sigterm

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("probes")


def test_a_command_that_ends_well(capsys):
    assert main(["fine", "--count", "3"]) == 0
    assert capsys.readouterr() == ("fine 3\n", "")


def test_a_command_in_a_group(capsys):
    assert main(["group", "inner"]) == 0
    assert capsys.readouterr() == ("inner\n", "")


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"srq {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_every_command(capsys, arguments):
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert "Ends by difference." in out
    assert err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["mistake"], 2, "Wanted a, got b; do c."),
        (["difference"], 1, None),
        (["interrupt"], 130, "Interrupted."),
        (["terminate"], 143, "Interrupted."),
        (["extra"], 2, "This needs torch, which is not installed: pip install 'srq[train]'."),
        (
            ["unreadable", "/absent/x"],
            2,
            "Cannot use /absent/x: it does not exist; check the path.",
        ),
        (["fime"], 2, "srq: No such command 'fime'. Did you mean 'fine'? Try 'srq --help'."),
        (
            ["fine", "--cuont", "1"],
            2,
            "srq fine: No such option: --cuont (Possible options: --count) Try 'srq fine --help'.",
        ),
        (
            ["fine", "more"],
            2,
            "srq fine: Got unexpected extra argument(s) (more) Try 'srq fine --help'.",
        ),
        (
            ["unreadable"],
            2,
            "srq unreadable: Missing argument 'path'. Try 'srq unreadable --help'.",
        ),
    ],
)
def test_an_end_other_than_well_is_one_sentence(capsys, arguments, code, sentence):
    assert main(arguments) == code
    assert capsys.readouterr() == ("", f"{sentence}\n" if sentence else "")


@pytest.mark.parametrize("arguments", [["defect"], ["absent"], ["closed"]])
def test_a_defect_shows_its_traceback_and_is_no_other_exit_code(capsys, arguments):
    assert main(arguments) == 70
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.endswith("This is a defect of srq: please report it with the lines above.\n")


@pytest.mark.parametrize("arguments", [["chatty"], ["fine"], ["--help"]])
def test_a_reader_that_leaves_is_no_error(arguments):
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cli.probe", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_sigterm_is_the_callers_again_afterwards(capsys):
    assert main(["terminate"]) == 143
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_sigterm_that_is_ignored_stays_so(capsys):
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert main(["terminate"]) == 0
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_a_callback_that_lets_no_exception_pass_is_not_lost(capsys, number):
    reached: list[bool] = []

    class Watched:
        def __del__(self):
            os.kill(os.getpid(), number)
            time.sleep(0)
            reached.append(True)

    with pytest.raises(KeyboardInterrupt), interrupted_by_sigterm() as received:
        Watched()
        reached.append(False)
        time.sleep(60)
    assert reached == [False]
    assert received == ([number, number] if number == signal.SIGTERM else [])
    assert capsys.readouterr().err == ""


def test_another_exception_in_such_a_callback_is_told_as_ever(monkeypatch):
    told: list[type] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: told.append(dropped.exc_type))

    class Watched:
        def __del__(self):
            raise ZeroDivisionError

    with interrupted_by_sigterm():
        Watched()
    assert told == [ZeroDivisionError]


def test_the_extras_that_a_sentence_names_bring_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    distributions = packages_distributions()
    for package, extra in EXTRA_OF.items():
        if package not in distributions:
            pytest.importorskip(package)
        brought = project["optional-dependencies"][extra]
        name = re.sub(r"[-_.]+", "-", distributions[package][0]).lower()
        assert any(requirement.replace("_", "-").startswith(name) for requirement in brought)
