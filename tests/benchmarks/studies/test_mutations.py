"""The edits of the mutation tests: enough of each kind, single, explained where they must."""

from random import Random

import pytest

from benchmarks.studies.mutations.mutant import Mutant
from benchmarks.studies.mutations.survivors import explained
from benchmarks.studies.mutations.tables import TARGETS, table
from benchmarks.studies.mutations.text_edits import KINDS, mutants
from benchmarks.studies.mutations.trial import outcome_of
from srq.export import open_exporter
from srq.program import load
from srq.stimuli import Stimulus
from srq.stimuli.patterns import patterns
from srq.verify.check import Expectations
from srq.zoo import resolve

PROGRAM = load(resolve("kim-x2", "program"))


@pytest.fixture(scope="module", params=TARGETS)
def made(request):
    files = open_exporter(request.param).files(PROGRAM)
    return files, list(mutants(request.param, files, Random(0)))


def test_there_are_as_many_of_each_kind_as_wanted(made):
    # Where a generator writes other text, a rule may find nothing any more.
    kinds = [mutant.kind for mutant in made[1]]
    assert {kind: kinds.count(kind) for kind in KINDS} == KINDS


def test_each_changes_one_place_of_one_file(made):
    files, found = made
    for mutant in found:
        changed = [path for path in files if files[path] != mutant.files[path]]
        assert changed == [mutant.file]
        assert mutant.before != mutant.after
        if not mutant.file.endswith(".onnx"):
            lines = [data.decode().split("\n") for data in (files[changed[0]],
                                                            mutant.files[changed[0]])]  # fmt: skip
            assert sum(a != b for a, b in zip(*lines, strict=True)) == 1


def test_a_mutant_is_built_in_place_of_the_export():
    files = open_exporter("c").files(PROGRAM)
    fmt = PROGRAM.input.format
    expectations = Expectations(PROGRAM, [Stimulus("lines", patterns(fmt, (9, 11))["lines"])])
    weight = next(mutants("c", files, Random(0)))
    assert outcome_of(PROGRAM, expectations, weight).state.is_wrong
    same = Mutant("c", "none", weight.file, "", "", "", files)
    assert not outcome_of(PROGRAM, expectations, same).state.is_wrong


def test_an_end_that_no_sum_reaches_is_explained_by_the_proof():
    program = PROGRAM
    step = next(
        step
        for step in program.steps
        if step.shifts
        and not step.value.is_accumulator
        and (program.ranges.values[step.op.name].hi < step.value.format.hi).all()
    )
    hi = step.value.format.hi
    define = f"#define SRQ_KIM_X2_{step.op.name}_HI"
    mutant = Mutant("c", "saturation", "w.h", "", f"{define} {hi}", f"{define} {hi + 1}", {})
    assert explained(program, mutant).startswith(f"proved: no sum of {step.op.name}")


def test_an_end_that_pictures_reach_is_not_explained():
    mutant = Mutant("c", "saturation", "w.h", "", "#define SRQ_KIM_X2_head_LO 0",
                    "#define SRQ_KIM_X2_head_LO -1", {})  # fmt: skip
    assert explained(PROGRAM, mutant) is None


def test_the_table_counts():
    rows = [
        {"target": "c", "kind": "weight", "caught": True},
        {"target": "c", "kind": "halo", "caught": False},
        {"target": "onnx", "kind": "halo", "caught": True},
    ]
    lines = table({"mutants": rows}).splitlines()
    assert lines[0] == "| caught of | c | onnx | all |"
    assert "| halo | 0 of 1 | 1 of 1 | 1 of 2 |" in lines
    assert lines[-1] == "| all | 1 of 2 | 1 of 1 | 2 of 3 |"
