"""Do all engines and exports agree with the reference, on every Program of the zoo?

    python -m benchmarks.studies.verified

It is ``srq verify`` for one Program after the other, with all pictures; the first difference is
printed, and ends the run with code 1.
"""

import sys
from pathlib import Path
from typing import Any

from benchmarks import harness
from srq.program import load
from srq.provenance import Provenance
from srq.stimuli.sets import for_use, for_verification
from srq.verify.check import Expectations, check
from srq.verify.report import as_json, verdict
from srq.verify.subjects import subjects
from srq.zoo import names, resolve

RESULT = harness.RESULTS / "verified.json"


def verified(name: str) -> dict[str, Any]:
    """The record of one Program."""
    program = load(resolve(name, "program"))
    expectations = Expectations(program, for_verification(program), for_use(program))
    outcomes = []
    for outcome in check(program, subjects(), expectations):
        print(f"{name} {outcome.name}: {verdict(outcome)}", flush=True)
        outcomes.append(outcome)
    return as_json(program, expectations, outcomes)


def tables() -> dict[str, str]:
    """The table of the result file."""
    return {"outcomes": table(harness.read_result(RESULT))}


def table(record: dict[str, Any]) -> str:
    """What each subject came to for each Program, as markdown."""
    programs = record["programs"]
    lines = [
        f"| | {' | '.join(p['program']['name'] for p in programs)} |",
        "| --- |" + " ---: |" * len(programs),
    ]
    for subject in (s["name"] for s in programs[0]["subjects"]):
        cells = [_cell(_subject(p, subject)) for p in programs]
        lines.append(f"| {subject} | {' | '.join(cells)} |")
    ends = [f"{p['bounds']['reached']} of {p['bounds']['possible']}" for p in programs]
    lines.append(f"| *pictures* | {' | '.join(str(len(p['pictures'])) for p in programs)} |")
    lines.append(f"| *ends visited* | {' | '.join(ends)} |")
    return "\n".join(lines)


def _subject(program: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (subject for subject in program["subjects"] if subject["name"] == name)
    return found


def _cell(subject: dict[str, Any]) -> str:
    if subject["state"] != "equal":
        return subject["state"]
    return f"{subject['pixels'] + subject['integers_between']:,} equal"


def main() -> int:
    """Verify the zoo."""
    parser = harness.parser(__doc__)
    parser.add_argument("--json", type=Path, default=RESULT)
    options = parser.parse_args()
    record: dict[str, Any] = {"made": Provenance.now().to_json(), "programs": []}
    for name in names("program"):
        record["programs"].append(verified(name))
        harness.write_result(options.json, record)
    return 0 if all(program["equal"] for program in record["programs"]) else 1


if __name__ == "__main__":
    sys.exit(main())
