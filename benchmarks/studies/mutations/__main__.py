"""Does ``srq verify`` notice a mistake in an export? 200 of them, made on purpose.

    python -m benchmarks.studies.mutations --json benchmarks/results/mutations.json

Each mutant is what an exporter wrote of ``kim-x2`` with a single edit: a weight by one, a shift
by one, rounding dropped, an end of a format moved, a line or a column of the halo off (see
text_edits.py). It is built and compared as ``srq verify`` does; the edit counts as caught if that
finds a difference, or if what was edited does not build or run any more. A survivor is listed
with why it changes nothing (see survivors.py).
With ``--targets`` only those exports are altered again, and the others' rows stay.
``python -m benchmarks.studies.mutations --page docs/results/verification.md`` puts the table of the
result file between the two lines of that page that ask for it.
"""

import argparse
import json
import signal
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from benchmarks.studies.mutations.mutant import Mutant
from benchmarks.studies.mutations.survivors import explained
from benchmarks.studies.mutations.text_edits import KINDS, mutants
from srq.evaluate.paste import filled
from srq.export import open_exporter
from srq.files import write_text
from srq.program import Program, load
from srq.provenance import Provenance
from srq.stimuli.sets import for_verification
from srq.verify.check import Expectations, Outcome, State, check
from srq.verify.hls import Build
from srq.verify.subjects import subjects
from srq.zoo import resolve

TARGETS = ("c", "hls", "onnx", "glsl")
SEED = 1
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


def survival(row: dict[str, Any]) -> str:
    """What is said of a mutant that was not caught."""
    return f"survived; {row['why'] or 'NOT EXPLAINED'}"


def table(record: dict[str, Any]) -> str:
    """How many of each kind were caught in each export, as markdown."""
    rows = record["mutants"]
    targets = [target for target in TARGETS if any(r["target"] == target for r in rows)]
    lines = [
        f"| caught of | {' | '.join(targets)} | all |",
        "| --- |" + " ---: |" * (len(targets) + 1),
    ]
    for kind in (*KINDS, "all"):
        of_kind = [r for r in rows if kind in (r["kind"], "all")]
        cells = [_caught(r for r in of_kind if r["target"] == target) for target in targets]
        lines.append(f"| {kind} | {' | '.join([*cells, _caught(of_kind)])} |")
    return "\n".join(lines)


def survivors(record: dict[str, Any]) -> list[str]:
    """A paragraph that tells of what was not caught, if there is any."""
    found = [made for made in record["mutants"] if not made["caught"]]
    lines = [
        f"- {made['target']}, {made['place']}: `{made['before']}` became `{made['after']}`;"
        f" {made['why'] or 'NOT EXPLAINED'}."
        for made in found
    ]
    return ["Not caught:\n\n" + "\n".join(lines)] if found else []


def _caught(rows: Iterable[dict[str, Any]]) -> str:
    found = list(rows)
    return f"{sum(r['caught'] for r in found)} of {len(found)}"


def pasted(page: str, record: dict[str, Any]) -> str:
    """The page with the table where it belongs."""
    return filled(page, "mutations", "\n\n".join([table(record), *survivors(record)]))


def main() -> None:
    """Make the mutants, verify each, write the record."""
    options = _options()
    if options.page:
        record = json.loads(options.json.read_text(encoding="utf-8"))
        write_text(options.page, pasted(options.page.read_text(encoding="utf-8"), record))
        return
    program = load(resolve("kim-x2", "program"))
    record = {
        "program": program.fingerprint,
        "seed": SEED,
        "made": Provenance.now().to_json(),
        "mutants": [],
    }
    rows = _held(options.json, record)
    expectations = Expectations(program, for_verification(program))
    for target in options.targets:
        rows[target] = []
        for mutant in mutants(target, open_exporter(target).files(program), Random(SEED)):
            began = time.perf_counter()
            made = row(program, mutant, outcome_of(program, expectations, mutant))
            seconds = time.perf_counter() - began
            rows[target].append(made)
            told = made.get("picture") or made.get("stopped") or survival(made)
            print(f"{target} {mutant.kind} {mutant.place}: {told} ({seconds:.1f} s)", flush=True)
        record["mutants"] = [made for name in TARGETS for made in rows.get(name, [])]
        write_text(options.json, json.dumps(record, indent=2) + "\n")
    print(table(record))


def _held(path: Path, record: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a result file by target, if they are of the same Program and seed."""
    if not path.is_file():
        return {}
    held = json.loads(path.read_text(encoding="utf-8"))
    if any(held[key] != record[key] for key in ("program", "seed")):
        return {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for made in held["mutants"]:
        rows.setdefault(made["target"], []).append(made)
    return rows


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--targets", nargs="+", default=TARGETS, choices=TARGETS)
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/mutations.json"))
    parser.add_argument("--page", type=Path, metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    main()
