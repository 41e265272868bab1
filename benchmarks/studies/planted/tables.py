"""The table of docs/results/verification.md: the bugs that were planted, and what caught them."""

from typing import Any

from benchmarks import harness

RESULT = harness.RESULTS / "planted.json"
TARGETS = ["native", "c", "hls", "onnx", "glsl"]


def tables() -> dict[str, str]:
    """The table of the result file, and how many were caught."""
    record = harness.read_result(RESULT)
    bugs = record["bugs"]
    caught = sum(bug["caught"] for bug in bugs)
    return {"bugs": f"{table(record)}\n\nCaught: {caught} of {len(bugs)}."}


def table(record: dict[str, Any]) -> str:
    """Each bug and what noticed it, as markdown."""
    lines = ["| in | bug | noticed by |", "| --- | --- | --- |"]
    lines += [
        f"| {bug['target']} | {bug['about']} | {bug['by'] if bug['caught'] else '**missed**'} |"
        for bug in record["bugs"]
    ]
    return "\n".join(lines)
