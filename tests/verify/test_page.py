"""docs/results/verification.md shows the result files; the example of guide/verify.md runs."""

import json
import re
from pathlib import Path

from srq.program import load
from srq.zoo import names, resolve
from srq.zoo.networks import NETWORKS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guide" / "verify.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "results" / "verification.md").read_text(encoding="utf-8")
RESULTS = ROOT / "benchmarks" / "results"


def read(name):
    return json.loads((RESULTS / name).read_text(encoding="utf-8"))


def test_the_whole_zoo_was_verified_and_nothing_differed():
    """An exporter may refuse a network of quality `best`, which is large."""
    programs = read("verified.json")["programs"]
    assert [program["program"]["name"] for program in programs] == list(names("program"))
    for program in programs:
        name = program["program"]["name"]
        assert program["program"]["fingerprint"] == load(resolve(name, "program")).fingerprint
        states = {subject["state"] for subject in program["subjects"]}
        assert states == {"equal"} or (
            NETWORKS[name].quality == "best" and states == {"equal", "refused"}
        )


def test_of_200_mutants_at_least_195_were_caught_and_the_others_are_explained():
    mutants = read("mutations.json")["mutants"]
    assert len(mutants) == 200
    assert len({(m["file"], m["place"], m["before"], m["after"]) for m in mutants}) == 200
    assert sum(m["caught"] for m in mutants) >= 195
    assert all(m["caught"] or m["why"] for m in mutants)


def test_the_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(compile(example, "docs/guide/verify.md", "exec"), {})
