"""What a verification finds of one mutant."""

import signal
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from benchmarks.studies.mutations.mutant import Mutant
from benchmarks.studies.mutations.survivors import explained
from srq.export import open_exporter
from srq.program import Program
from srq.verify.check import Expectations, Outcome, State, check
from srq.verify.hls import Build
from srq.verify.subjects import subjects

LONGEST = 900
"""Seconds that a mutant has; one that hangs is caught."""


def outcome_of(program: Program, expectations: Expectations, mutant: Mutant) -> Outcome:
    """What a verification finds of the mutant, in place of what the exporter writes."""
    exporter = type(open_exporter(mutant.target))
    entry = subjects()[mutant.target]
    if mutant.target == "hls":
        # Of the same sources; the exact types take three times as long to compile.
        entry = replace(entry, choices={"build": Build(fast=True)})
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(LONGEST)
    try:
        with patch.object(exporter, "files", lambda *_: dict(mutant.files)):
            (outcome,) = check(program, {mutant.target: entry}, expectations)
    finally:
        signal.alarm(0)
    return outcome


def _stop(*_: object) -> None:
    raise TimeoutError(f"it did not end within {LONGEST} s")


def row(program: Program, mutant: Mutant, outcome: Outcome) -> dict[str, Any]:
    """The record of a mutant."""
    record: dict[str, Any] = {
        "target": mutant.target,
        "kind": mutant.kind,
        "file": mutant.file,
        "place": mutant.place,
        "before": mutant.before,
        "after": mutant.after,
        "caught": outcome.state.is_wrong,
    }
    if outcome.state is State.DIFFERENT:
        record |= {"picture": outcome.picture, "difference": str(outcome.difference)}
    elif outcome.state is State.EQUAL:
        record |= {"why": explained(program, mutant)}
    else:
        record |= {"stopped": outcome.reason[:200]}
    return record
