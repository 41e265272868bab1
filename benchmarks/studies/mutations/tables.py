"""The table of docs/results/verification.md: what was caught, and what was not."""

from collections.abc import Iterable
from typing import Any

from benchmarks import harness
from benchmarks.studies.mutations.text_edits import KINDS

RESULT = harness.RESULTS / "mutations.json"
TARGETS = ("c", "hls", "onnx", "glsl")


def tables() -> dict[str, str]:
    """The table of the result file, and the mutants that were not caught."""
    record = harness.read_result(RESULT)
    return {"caught": "\n\n".join([table(record), *survivors(record)])}


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
    """A paragraph on what was not caught, if there is any."""
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
