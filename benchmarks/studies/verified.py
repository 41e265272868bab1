"""Do all engines and exports agree with the reference, on every Program of the zoo?

    python -m benchmarks.studies.verified
    python -m benchmarks.studies.verified --quick medium-x2 large-x2
    python -m benchmarks.studies.verified --quick --only wasm medium-x2

It is ``srq verify`` for one Program after the other, with all pictures or, of large networks, with
the quick ones; the first difference is printed, and ends the run with code 1. With ``--only`` the
other subjects of a Program's record stay.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import harness
from srq.program import load
from srq.provenance import Provenance
from srq.stimuli.sets import for_use, for_verification
from srq.verify.check import Expectations, check
from srq.verify.report import as_json, verdict
from srq.verify.subjects import chosen, subjects
from srq.zoo import names, resolve

RESULT = harness.RESULTS / "verified.json"


def verified(name: str, only: Sequence[str] = (), *, quick: bool = False) -> dict[str, Any]:
    """The record of one Program; ``only``: its subjects, if not all."""
    program = load(resolve(name, "program"))
    used = [] if quick else for_use(program)
    expectations = Expectations(program, for_verification(program, quick=quick), used)
    outcomes = []
    for outcome in check(program, chosen(subjects(), only), expectations):
        print(f"{name} {outcome.name}: {verdict(outcome)}", flush=True)
        outcomes.append(outcome)
    return {"made": Provenance.now().to_json(), **as_json(program, expectations, outcomes)}


def with_earlier(made: dict[str, Any], earlier: dict[str, Any] | None) -> dict[str, Any]:
    """An earlier record of the same Program with the subjects of this one, which say when they were
    compared and, where those are others than the record's, on which pictures."""
    if earlier is None or earlier["program"] != made["program"]:
        return made
    own = {"made": made["made"]}
    if made["pictures"] != earlier["pictures"]:
        own["compared_on"] = made["pictures"]
    new = {subject["name"]: {**subject, **own} for subject in made["subjects"]}
    subjects = {subject["name"]: subject for subject in earlier["subjects"]} | new
    equal = all(subject["state"] not in ("different", "failed") for subject in subjects.values())
    return {**earlier, "equal": equal, "subjects": list(subjects.values())}


def tables() -> dict[str, str]:
    """The table of the result file."""
    return {"outcomes": table(harness.read_result(RESULT))}


def table(record: dict[str, Any]) -> str:
    """What each subject came to for each Program, as markdown."""
    programs = record["programs"]
    # Programs that were verified long ago lack newer subjects.
    most = max(programs, key=lambda program: len(program["subjects"]))
    names = [subject["name"] for subject in most["subjects"]]
    columns = [*names, "*pictures*", "*ends visited*"]
    lines = [f"| | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    for program in programs:
        found = {subject["name"]: subject for subject in program["subjects"]}
        ends = program["bounds"]
        cells = [_cell(found[name]) if name in found else "–" for name in names]
        cells += [str(len(program["pictures"])), f"{ends['reached']} of {ends['possible']}"]
        lines.append(f"| {program['program']['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(subject: dict[str, Any]) -> str:
    if subject["state"] != "equal":
        return subject["state"]
    return f"{subject['pixels'] + subject['integers_between']:,} equal"


def main() -> int:
    """Verify the zoo, or those of it that are named."""
    parser = harness.parser(__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these alone; others stay")
    parser.add_argument("--quick", action="store_true", help="a dozen small pictures")
    parser.add_argument("--only", action="append", default=[], metavar="SUBJECT")
    parser.add_argument("--json", type=Path, default=RESULT)
    options = parser.parse_args()
    kept: list[dict[str, Any]] = []
    if options.names and options.json.exists():
        earlier = harness.read_result(options.json)
        kept = [{"made": earlier["made"], **program} for program in earlier["programs"]]
    record: dict[str, Any] = {"made": Provenance.now().to_json(), "programs": kept}
    for name in options.names or names("program"):
        made = verified(name, options.only, quick=options.quick)
        if options.only:
            earlier = (r for r in record["programs"] if r["program"]["name"] == name)
            made = with_earlier(made, next(earlier, None))
        others = [each for each in record["programs"] if each["program"]["name"] != name]
        record["programs"] = sorted([*others, made], key=lambda each: each["program"]["name"])
        harness.write_result(options.json, record)
    return 0 if all(program["equal"] for program in record["programs"]) else 1


if __name__ == "__main__":
    sys.exit(main())
