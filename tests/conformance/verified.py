"""A subject compared as ``srq verify`` does it, for tests."""

import os
from collections.abc import Iterator
from functools import cache

import pytest

from srq.dataflow import reach_of
from srq.program import Program, load
from srq.stimuli import Stimulus
from srq.stimuli.adversarial import driven
from srq.stimuli.patterns import impulses, patterns
from srq.stimuli.sets import for_verification
from srq.verify.check import Expectations, Outcome, State, check
from srq.verify.subjects import chosen, subjects
from srq.zoo import resolve

SUBJECTS = chosen(subjects(), [])


def verified(program: Program, subject: str, expectations: Expectations) -> Outcome:
    """The outcome of the subject of that name, which must show no defect.

    Where a tool is missing the test skips and says how to get it; under SRQ_REQUIRE_TOOLS=1,
    as in CI, it fails instead.
    """
    (outcome,) = check(program, {subject: SUBJECTS[subject]}, expectations)
    if outcome.state is State.MISSING:
        if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
            pytest.fail(outcome.reason)
        pytest.skip(outcome.reason)
    assert not outcome.state.is_wrong, f"{outcome.difference or outcome.details} in {program.ops}"
    return outcome


@cache
def of_the_zoo(name: str) -> tuple[Program, Expectations]:
    """A Program of the zoo, and what the reference makes of the quick pictures and of more."""
    program = load(resolve(name, "program"))
    return program, Expectations(program, _pictures(program))


def _pictures(program: Program) -> Iterator[Stimulus]:
    """The quick pictures; every pattern and each sum driven to its bounds by itself besides."""
    yield from for_verification(program, quick=True)
    fmt, reach = program.input.format, reach_of(program)
    for name, picture in patterns(fmt, (17, 29)).items():
        yield Stimulus(f"{name} 17x29", picture)
    yield Stimulus("impulses, dark", fmt.hi - impulses(fmt, reach.rows, reach.columns))
    for op, picture in driven(program, channels=4):
        yield Stimulus(f"drives {op}", picture)
