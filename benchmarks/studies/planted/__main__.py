"""Does ``srq verify`` notice a bug that shows only in one way of using a target? 20 of them.

    python -m benchmarks.studies.planted

Each bug of bugs.py is put into what an exporter writes of ``kim-x2``, or into a copy of the native
engine's sources, which is built again. Then the target is verified as ``srq verify`` does it. A
bug counts as caught if that finds a difference, or breaks off. Before the engine's bugs its copy
is verified without any, and must show no difference.
With ``--targets`` only bugs in those are planted again, with ``--missed`` only those that the
result file has not as caught; the others' rows stay.
"""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks import harness
from benchmarks.studies.planted.bugs import BUGS, Bug
from benchmarks.studies.planted.engine import Copy, outcome_with
from benchmarks.studies.planted.tables import RESULT, TARGETS, table
from srq.export import open_exporter
from srq.program import Program, load
from srq.provenance import Provenance
from srq.stimuli.sets import for_use, for_verification
from srq.verify.check import Expectations, Outcome, State, check
from srq.verify.subjects import subjects
from srq.zoo import resolve


def verified(program: Program, expectations: Expectations, target: str) -> Outcome:
    """What ``srq verify --only TARGET`` finds."""
    (outcome,) = check(program, {target: subjects()[target]}, expectations)
    return outcome


def of_export(program: Program, expectations: Expectations, bug: Bug) -> Outcome:
    """What a verification finds of the exporter that makes this bug."""
    exporter = open_exporter(bug.target, **dict(bug.choices))
    bug.put_into(exporter.files(program))  # a place that is gone is no bug that was caught
    kind = type(exporter)
    sound = kind.files

    def files(self: Any, program: Program) -> dict[str, bytes]:
        made: dict[str, bytes] = sound(self, program)
        return bug.put_into(made) if bug.applies(self) else made

    with patch.object(kind, "files", files):
        return verified(program, expectations, bug.target)


def row(bug: Bug, outcome: Outcome) -> dict[str, Any]:
    """The record of a bug; RuntimeError where a tool that the verification needs is missing."""
    if outcome.state in (State.MISSING, State.REFUSED):
        raise RuntimeError(f"{bug.target}: {outcome.reason}")
    by = ": ".join(filter(None, (outcome.picture, outcome.reason)))
    return {
        "target": bug.target,
        "about": bug.about,
        "caught": outcome.state.is_wrong,
        "by": by[:160],
        "difference": str(outcome.difference or ""),
    }


def main() -> None:
    """Plant the bugs one by one, verify each, write the record."""
    parser = harness.parser(__doc__)
    parser.add_argument("--targets", nargs="+", default=TARGETS, choices=TARGETS)
    parser.add_argument("--json", type=Path, default=RESULT)
    parser.add_argument("--missed", action="store_true")
    options = parser.parse_args()
    program = load(resolve("kim-x2", "program"))
    held = harness.read_result(options.json)["bugs"] if options.json.is_file() else []
    rows = {(found["target"], found["about"]): found for found in held}
    bugs = [bug for bug in BUGS if bug.target in options.targets]
    if options.missed:
        bugs = [bug for bug in bugs if not rows.get(_key(bug), {}).get("caught")]
    expectations = Expectations(program, for_verification(program), for_use(program))
    for bug, outcome in _outcomes(program, expectations, bugs):
        made = row(bug, outcome)
        print(f"{bug.target}: {bug.about}: {made['by'] or 'MISSED'}", flush=True)
        rows[_key(bug)] = made
        found = [rows[_key(bug)] for bug in BUGS if _key(bug) in rows]
        record = {"program": program.fingerprint, "made": Provenance.now().to_json(), "bugs": found}
        harness.write_result(options.json, record)
    print(table(harness.read_result(options.json)))


def _key(bug: Bug) -> tuple[str, str]:
    return bug.target, bug.about


def _outcomes(
    program: Program, expectations: Expectations, bugs: list[Bug]
) -> Iterator[tuple[Bug, Outcome]]:
    """Each bug and what was found of it, the engine's first: nothing may have loaded it yet."""
    native = [bug for bug in bugs if bug.target == "native"]
    if native:
        run = partial(verified, program, expectations, "native")
        with tempfile.TemporaryDirectory(prefix="srq-planted-") as folder:
            copy = Copy(Path(folder))
            sound = outcome_with(copy.built(), run)
            if sound.state is not State.EQUAL:
                raise RuntimeError(f"the engine differs without a bug: {sound}")
            for bug in native:
                yield bug, outcome_with(copy.built(bug), run)
    for bug in bugs:
        if bug.target != "native":
            yield bug, of_export(program, expectations, bug)


if __name__ == "__main__":
    main()
