"""Why an edit that ``srq verify`` did not notice changes nothing, with the evidence.

``explained`` gives a sentence, or None for an edit that ought to have been noticed. It says
"proved" only of what holds for every picture.
"""

import re
from typing import NamedTuple

import numpy as np

from benchmarks.studies.mutations.mutant import Mutant
from srq.dataflow import reach_of
from srq.fixed import Format, requantize
from srq.program import Program, Step
from srq.stimuli.adversarial import Targets, drive

_WIDE = Format(True, 32, 0)
_DEFINED = re.compile(r"#define [A-Z\d_]+_([a-z]\w*)_(LO|HI) ")
_VALUE = re.compile(r"typedef srq::Value<srq::(Unsigned|Signed)Format<(\d+)>, .*> V_(\w+);")
_CLAMP = re.compile(r"clamp\(.*, (-?\d+)(?:\.0)?, (-?\d+)(?:\.0)?\);$")


class End(NamedTuple):
    """An end of a format, the greatest if ``sign`` is 1, the least if -1, that an edit moved."""

    step: Step
    channels: list[int]
    sign: int
    before: int
    after: int


def explained(program: Program, mutant: Mutant) -> str | None:
    """Why the mutant computes the same as what it was made of; None if nothing says so."""
    reasons = {"saturation": _end_out_of_reach, "halo": _never_called}
    return reasons[mutant.kind](program, mutant) if mutant.kind in reasons else None


def _never_called(_: Program, mutant: Mutant) -> str | None:
    """A function of a shader's pass that the pass does not call."""
    if mutant.target != "glsl":
        return None
    lines = mutant.files[mutant.file].decode().split("\n")
    at = _line(mutant)
    begin = max(n for n in range(at) if lines[n].startswith("//!DESC"))
    ends = [n for n in range(at, len(lines)) if lines[n].startswith("//!DESC")]
    text = "\n".join(lines[begin : min(ends, default=len(lines))])
    header = next(line for line in reversed(lines[:at]) if re.match(r"\w+ \w+\(", line))
    name = header.split("(")[0].split()[-1]
    if len(re.findall(rf"\b{name}\(", text)) > 1:
        return None
    return f"proved: nothing in the pass calls {name}()"


def _end_out_of_reach(program: Program, mutant: Mutant) -> str | None:
    """Ends of a format that no sum comes to."""
    moved = _moved(program, mutant)
    reasons = [_out_of_reach(program, end) for end in moved]
    return "; ".join(reasons) if reasons and all(reasons) else None


def _out_of_reach(program: Program, end: End) -> str:
    """Why no sum tells the two ends apart; empty if one may."""
    # A sum between the ends, or beyond both, would.
    step, limit = end.step, end.sign * min(end.sign * end.before, end.sign * end.after)
    interval = program.ranges.accumulators[step.op.name]
    bounds = interval.hi if end.sign > 0 else interval.lo
    left = [c for c in end.channels if end.sign * _rounded(bounds[c], step, c) > end.sign * limit]
    if not left:
        return f"proved: no sum of {step.op.name} there comes beyond {limit} (srq.program.ranges)"
    furthest = _climbed(program, step, left, end.sign, limit)
    if end.sign * furthest > end.sign * limit:
        return ""
    return (
        f"not proved: intervals leave it open for {len(left)} channels of {step.op.name} whether"
        f" {limit} is passed, but the furthest that any climb came is {furthest}"
    )


def _moved(program: Program, mutant: Mutant) -> list[End]:
    """The ends that the edit moved."""
    if defined := _DEFINED.match(mutant.before):
        step = program.step(defined[1])
        before, after = (int(text.split()[-1]) for text in (mutant.before, mutant.after))
        sign = 1 if defined[2] == "HI" else -1
        return [End(step, list(range(step.value.channels)), sign, before, after)]
    if before := _VALUE.match(mutant.before):
        step, after = program.step(before[3]), _VALUE.match(mutant.after)
        assert after
        formats = [Format(kind[1] == "Signed", int(kind[2]), 0) for kind in (before, after)]
        channels = list(range(step.value.channels))
        ends = [(-1, *(fmt.lo for fmt in formats)), (1, *(fmt.hi for fmt in formats))]
        return [End(step, channels, *end) for end in ends if end[1] != end[2]]
    before, after = (_CLAMP.search(text) for text in (mutant.before, mutant.after))
    if before is None or after is None:
        return []
    step, channels = _of_pass(program, mutant)
    group, sign = (1, -1) if before[1] != after[1] else (2, 1)
    return [End(step, channels, sign, int(before[group]), int(after[group]))]


def _of_pass(program: Program, mutant: Mutant) -> tuple[Step, list[int]]:
    """The step that a line of a shader computes, and which of its channels.

    A comment names the op above what computes it; the pass is called after its last op and
    counts the fours of channels. An op within the pass of another has a comment for each four.
    """
    lines = mutant.files[mutant.file].decode().split("\n")[: _line(mutant)]
    described = max(n for n, line in enumerate(lines) if line.startswith("//!DESC"))
    comments = [line.split()[1][:-1] for line in lines[described:] if line.startswith("    // ")]
    step = program.step(comments[-1])
    name, counted = lines[described].split()[-2:]
    four = int(counted.split("/")[0]) - 1
    if name != comments[-1]:
        four = comments.count(comments[-1]) - 1
    channels = range(4 * four, min(4 * four + 4, step.value.channels))
    return step, list(channels) or [0]


def _line(mutant: Mutant) -> int:
    return int(mutant.place.removeprefix("line ")) - 1


def _rounded(total: float, step: Step, channel: int) -> int:
    return int(requantize(int(total), step.shifts[channel], _WIDE))


def _climbed(program: Program, step: Step, channels: list[int], sign: int, limit: int) -> int:
    """The furthest that the sums of these channels come, rounded, until one is past ``limit``."""
    reach = reach_of(program)
    index = program.steps.index(step)
    count = len(channels)
    targets = Targets(
        np.full(count, float(sign)),
        np.array(channels),
        np.full(count, step.value.scale * reach.top),
        np.full(count, step.value.scale * reach.left),
    )
    furthest = 0
    for seed, rounds in enumerate((20, 200, 200, 200)):
        shape = reach.rows, reach.columns
        _, reached = drive(
            program.steps[: index + 1], targets, shape, starts=512, rounds=rounds, seed=seed
        )
        found = [_rounded(total, step, c) for c, total in zip(channels, reached, strict=True)]
        furthest = sign * max(sign * n for n in [furthest, *found])
        if sign * furthest > sign * limit:
            break
    return furthest
