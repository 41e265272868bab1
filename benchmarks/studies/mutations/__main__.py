"""Does ``srq verify`` notice a mistake in an export? 200 of them, made on purpose.

    python -m benchmarks.studies.mutations

Each mutant is what an exporter wrote of ``kim-x2`` with a single edit: a weight by one, a shift
by one, rounding dropped, an end of a format moved, a line or a column of the halo off (see
text_edits.py). It is built and compared as ``srq verify`` does; the edit counts as caught if that
finds a difference, or if what was edited does not build or run any more. A survivor is listed
with why it changes nothing (see survivors.py).
With ``--targets`` only those exports are altered again, and the others' rows stay.
"""

import argparse
import time
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import harness
from benchmarks.studies.mutations.tables import RESULT, TARGETS, table
from benchmarks.studies.mutations.text_edits import mutants
from benchmarks.studies.mutations.trial import outcome_of, row
from srq.export import open_exporter
from srq.program import load
from srq.provenance import Provenance
from srq.stimuli.sets import for_verification
from srq.verify.check import Expectations
from srq.zoo import resolve

SEED = 1


def main() -> None:
    """Make the mutants, verify each, write the record."""
    options = _options()
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
            outcome = made.get("picture") or made.get("stopped") or survival(made)
            print(f"{target} {mutant.kind} {mutant.place}: {outcome} ({seconds:.1f} s)", flush=True)
        record["mutants"] = [made for name in TARGETS for made in rows.get(name, [])]
        harness.write_result(options.json, record)
    print(table(record))


def survival(row: dict[str, Any]) -> str:
    """A line on a mutant that was not caught."""
    return f"survived; {row['why'] or 'NOT EXPLAINED'}"


def _held(path: Path, record: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a result file by target, if they are of the same Program and seed."""
    if not path.is_file():
        return {}
    held = harness.read_result(path)
    if any(held[key] != record[key] for key in ("program", "seed")):
        return {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for made in held["mutants"]:
        rows.setdefault(made["target"], []).append(made)
    return rows


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--targets", nargs="+", default=TARGETS, choices=TARGETS)
    parser.add_argument("--json", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
