import json
from contextlib import contextmanager
from xml.etree import ElementTree

import numpy as np
import pytest

from srq import verify as room
from srq.cli.app import main
from srq.errors import MissingDependencyError, ProgramError
from srq.program import save
from srq.program.reference import Reference
from srq.verify import SubjectEntry
from tests.verify.programs import tiny

PROGRAM = tiny()


class Wrong:
    """The reference, with one pixel of one picture brighter."""

    def run(self, picture):
        made = Reference(PROGRAM)(picture)
        if picture.shape == (13, 17):
            made[4, 5] ^= 1
        return made

    def trace(self, picture):
        return {}


@contextmanager
def wrong(program):
    yield Wrong()


@contextmanager
def missing(program):
    raise MissingDependencyError("It takes gcc, which is not installed: apt-get install gcc.")
    yield


@contextmanager
def narrow(program):
    raise ProgramError("Its lines are too wide.")
    yield


@pytest.fixture
def path(tmp_path):
    save(PROGRAM, tmp_path / "tiny.srq")
    return str(tmp_path / "tiny.srq")


@pytest.fixture
def subjects(monkeypatch):
    """Only ``tiles`` and what a test adds, as functions of this module by name."""
    monkeypatch.delenv("SRQ_REQUIRE_TOOLS", raising=False)
    makers = {"wrong": wrong, "missing": missing, "narrow": narrow}
    known = {"tiles": room.SUBJECTS["tiles"], **{name: SubjectEntry(name, name) for name in makers}}
    load = SubjectEntry.load
    monkeypatch.setattr(room, "SUBJECTS", known)
    monkeypatch.setattr("srq.verify.subjects.SUBJECTS", known)
    monkeypatch.setattr(SubjectEntry, "load", lambda entry: makers.get(entry.target) or load(entry))


@pytest.mark.usefixtures("subjects")
def test_what_agrees_is_said_to(path, capsys):
    assert main(["verify", path, "--quick", "--only", "tiles"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"tiny {PROGRAM.fingerprint[:12]} on ")
    assert out[2].split() == ["subject", "pictures", "pixels", "seconds", "result"]
    assert out[3].startswith("tiles ")
    assert out[3].endswith(" equal")
    assert out[-1] == "No difference."


@pytest.mark.usefixtures("subjects")
def test_a_difference_is_exit_code_1_and_stands_in_every_report(path, tmp_path, capsys):
    files = tmp_path / "v.json", tmp_path / "v.xml"
    options = ["--only", "wrong", "--only", "tiles", "--quick"]
    assert main(["verify", path, *options, "--json", str(files[0]), "--junit", str(files[1])]) == 1
    out = capsys.readouterr().out
    assert "DIFFERENT on 'noise 13x17': hr, channel 0, row 4, column 5: " in out
    assert out.endswith("1 of 2 FAILED.\n")
    record = json.loads(files[0].read_text())
    assert record["equal"] is False
    assert record["program"]["fingerprint"] == PROGRAM.fingerprint
    assert record["made"]["versions"]["numpy"] == np.__version__
    assert [subject["state"] for subject in record["subjects"]] == ["equal", "different"]
    root = ElementTree.parse(files[1]).getroot()
    assert [case.get("name") for case in root.iter("testcase")] == ["tiles", "wrong"]
    assert len(list(root.iter("failure"))) == 1


@pytest.mark.usefixtures("subjects")
@pytest.mark.parametrize("name", ["missing", "narrow"])
def test_what_cannot_be_run_is_said_and_is_no_failure(path, capsys, name):
    assert main(["verify", path, "--quick", "--only", name]) == 0
    out = capsys.readouterr().out
    why = {
        "missing": "not run: It takes gcc, which is not installed: apt-get install gcc.",
        "narrow": "not possible: Its lines are too wide.",
    }
    assert why[name] in out
    assert "Nothing was compared." in out


@pytest.mark.usefixtures("subjects")
@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_missing_tool_is_a_failure_where_all_are_required(path, monkeypatch, how):
    options = ["--require-all"] * (how == "option")
    if how == "environment":
        monkeypatch.setenv("SRQ_REQUIRE_TOOLS", "1")
    assert main(["verify", path, "--quick", "--only", "missing", *options]) == 1
    assert main(["verify", path, "--quick", "--only", "narrow", *options]) == 0


@pytest.mark.usefixtures("subjects")
def test_json_alone_goes_to_standard_output(path, capsys):
    assert main(["verify", path, "--quick", "--only", "tiles", "--json", "-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["equal"] is True
    assert "No difference." in captured.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["kim-x5"], "No integer program is called 'kim-x5'; did you mean 'kim-x4'?"),
        (["kim-x2", "--only", "tils"], "There is no subject 'tils'; did you mean 'tiles'?"),
        (
            ["kim-x2", "--twin", "no.safetensors", "--quick"],
            "There is no file no.safetensors; name the",
        ),
    ],
)
def test_mistakes_are_one_sentence(arguments, sentence, capsys):
    assert main(["verify", *arguments]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1
