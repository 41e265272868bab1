"""The outcomes of a verification for people, for scripts, and for a CI's list of tests."""

from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree

from srq.program import Program
from srq.verify.check import Expectations, Outcome, State


class Table:
    """Lines of a table that can be printed one by one, as each outcome becomes known."""

    HEAD = ("subject", "pictures", "pixels", "seconds", "result")

    def __init__(self, names: Iterable[str], pixels: int) -> None:
        """``names``: of all subjects to come; ``pixels``: as many as any can have."""
        widest = max((*names, self.HEAD[0]), key=len)
        self._widths = len(widest), len(self.HEAD[1]), len(f"{pixels:,}"), len(self.HEAD[3])

    @property
    def head(self) -> str:
        """The line above the outcomes."""
        return self._line(self.HEAD)

    def row(self, outcome: Outcome) -> str:
        """The line of an outcome."""
        cells = ("-", "-", "-")
        if outcome.pictures:
            seconds = outcome.building + outcome.running
            cells = f"{outcome.pictures}", f"{outcome.pixels:,}", f"{seconds:.1f}"
        return self._line((outcome.name, *cells, verdict(outcome)))

    def _line(self, cells: Sequence[str]) -> str:
        name, *numbers, last = cells
        first, *widths = self._widths
        padded = [cell.rjust(width) for cell, width in zip(numbers, widths, strict=True)]
        return "  ".join([name.ljust(first), *padded, last])


def verdict(outcome: Outcome) -> str:
    """The result in words: equal, or the first difference, or why nothing was compared."""
    match outcome.state:
        case State.EQUAL:
            tensors = f", {outcome.integers:,} integers between the ops too" * bool(
                outcome.integers
            )
            return f"equal{tensors}"
        case State.WITHIN:
            return f"within its bound; {outcome.off:,} pixels are not equal"
        case State.DIFFERENT:
            return f"DIFFERENT on {outcome.picture!r}: {outcome.difference}"
        case State.FAILED:
            on = f" on {outcome.picture!r}" * bool(outcome.picture)
            return f"FAILED{on}: {outcome.reason}"
        case State.MISSING:
            return f"not run: {outcome.reason}"
        case State.REFUSED:
            return f"not possible: {outcome.reason}"


def as_json(
    program: Program, pictures: Expectations, outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    """The verification as JSON values."""
    return {
        "program": {"name": program.name, "fingerprint": program.fingerprint},
        "equal": not any(outcome.state.is_wrong for outcome in outcomes),
        "pictures": {
            wanted.stimulus.name: "{}x{}".format(*wanted.stimulus.picture.shape)
            for wanted in [*pictures.all, *pictures.used]
        },
        "bounds": {
            "reached": pictures.bounds.reached,
            "possible": pictures.bounds.possible,
            "ops": pictures.bounds.by_op(),
        },
        "subjects": [_record(outcome) for outcome in outcomes],
    }


def _record(outcome: Outcome) -> dict[str, Any]:
    record: dict[str, Any] = {
        "name": outcome.name,
        "state": outcome.state.value,
        "pictures": outcome.pictures,
        "pixels": outcome.pixels,
        "integers_between": outcome.integers,
        "seconds": {"building": outcome.building, "running": outcome.running},
    }
    if outcome.off:
        record["pixels_off"] = outcome.off
    if outcome.reason:
        record["reason"] = outcome.reason
    if outcome.picture:
        record["picture"] = outcome.picture
    if outcome.difference is not None:
        difference = outcome.difference
        record["difference"] = {
            "op": difference.op,
            "place": difference.place,
            "expected": difference.expected,
            "made": difference.made,
        }
    return record


def as_junit(program: Program, outcomes: Sequence[Outcome]) -> str:
    """The verification as JUnit's XML: a test case for each subject."""
    wrong = [outcome.state for outcome in outcomes]
    suite = ElementTree.Element(
        "testsuite",
        name=f"srq verify {program.name}".strip(),
        tests=str(len(outcomes)),
        failures=str(wrong.count(State.DIFFERENT)),
        errors=str(wrong.count(State.FAILED)),
        skipped=str(wrong.count(State.MISSING) + wrong.count(State.REFUSED)),
        time=f"{sum(outcome.building + outcome.running for outcome in outcomes):.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    ElementTree.SubElement(properties, "property", name="program", value=program.fingerprint)
    for outcome in outcomes:
        _add_case(suite, outcome)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ElementTree.Element, outcome: Outcome) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname="srq.verify",
        name=outcome.name,
        time=f"{outcome.building + outcome.running:.3f}",
    )
    tags = {State.DIFFERENT: "failure", State.FAILED: "error"}
    tags |= dict.fromkeys((State.MISSING, State.REFUSED), "skipped")
    if outcome.state in tags:
        found = ElementTree.SubElement(case, tags[outcome.state], message=_xml(verdict(outcome)))
        if outcome.details:
            found.text = _xml(outcome.details)
    else:
        ElementTree.SubElement(case, "system-out").text = _xml(verdict(outcome))


def _xml(text: str) -> str:
    """``text`` without the control characters that XML cannot hold."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
