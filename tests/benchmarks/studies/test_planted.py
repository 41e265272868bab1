"""The bugs that are planted: each has its place still, and the result file has them all."""

import pytest

from benchmarks import harness
from benchmarks.studies.planted.bugs import BUGS
from benchmarks.studies.planted.engine import ENGINE, SRQ
from benchmarks.studies.planted.tables import RESULT, TARGETS, table
from srq.export import open_exporter
from srq.program import load
from srq.zoo import resolve

PROGRAM = load(resolve("kim-x2", "program"))


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.target}: {bug.about}")
def test_each_changes_one_file(bug):
    if bug.target == "native":
        (path,) = (SRQ / ENGINE).rglob(bug.file)
        sound = path.read_text(encoding="utf-8")
        assert bug.put_into_text(sound) != sound
        return
    exporter = open_exporter(bug.target, **dict(bug.choices))
    files = exporter.files(PROGRAM)
    changed = bug.put_into(files)
    assert bug.applies(exporter)
    assert sum(changed[path] != files[path] for path in files) == 1


def test_a_bug_whose_place_is_gone_is_told():
    with pytest.raises(ValueError, match="there is no"):
        BUGS[0].put_into_text("nothing")


def test_there_are_20_and_at_least_19_were_caught():
    found = harness.read_result(RESULT)["bugs"]
    assert len(BUGS) == 20
    assert [(bug.target, bug.about) for bug in BUGS] == [(b["target"], b["about"]) for b in found]
    assert sum(bug["caught"] for bug in found) >= 19
    assert {bug["target"] for bug in found} == set(TARGETS)


def test_what_was_missed_is_told():
    rows = [{"target": "c", "about": "wrong", "caught": False, "by": ""}]
    assert "| c | wrong | **missed** |" in table({"bugs": rows})
