"""Every subject on every picture, compared with the reference."""

import time
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from srq.errors import MissingDependencyError, ProgramError, SrqError
from srq.program import Program
from srq.program.reference import Reference
from srq.registry import missing
from srq.stimuli import Stimulus
from srq.verify import Subject, SubjectEntry, Use
from srq.verify.bounds import Bounds
from srq.verify.compare import Difference, first_difference

TRACED_PIXELS = 10_000
"""The size of a picture up to which the tensors between the ops are compared as well. Beyond,
they are only looked at where the result differs."""


MOST_KEPT = 150_000_000
"""Integers of such tensors that are kept in memory; the pictures after them count as large."""


class State(StrEnum):
    """How it went with a subject."""

    EQUAL = "equal"
    WITHIN = "within"  # its bound, but not equal
    DIFFERENT = "different"
    FAILED = "failed"  # it broke off
    MISSING = "missing"  # a tool that it needs is not installed
    REFUSED = "refused"  # the Program cannot be expressed there

    @property
    def is_wrong(self) -> bool:
        """Whether this shows a defect."""
        return self in (State.DIFFERENT, State.FAILED)


@dataclass(frozen=True)
class Outcome:
    """How a subject compares.

    pictures:   compared, the one that differs included.
    pixels:     of the pictures made, compared.
    integers:   of the tensors between the ops, compared.
    off:        pixels that differ, by no more than the subject's bound.
    picture:    on which it differs or failed.
    reason:     why it is missing, refused or failed, as a sentence.
    details:    the traceback of a failure.
    building, running: seconds.
    """

    name: str
    state: State
    pictures: int = 0
    pixels: int = 0
    integers: int = 0
    off: int = 0
    picture: str = ""
    difference: Difference | None = None
    reason: str = ""
    details: str = ""
    building: float = 0.0
    running: float = 0.0


@dataclass(frozen=True, eq=False)
class Expected:
    """A picture and what the reference makes of it; ``trace`` is empty for a large one."""

    stimulus: Stimulus
    result: NDArray
    trace: Mapping[str, NDArray]


class Watcher:
    """What may follow a verification; here it does nothing."""

    def building(self, name: str) -> None:
        """A subject is being built."""

    def compared(self, name: str, done: int, total: int) -> None:
        """A subject has run on so many of the pictures."""

    def ended(self, name: str) -> None:
        """The outcome of a subject is known."""


class Expectations:
    """What the reference makes of every picture, and which bounds it visits on the way.

    all:  the pictures that every subject is compared on, with what lies between the ops.
    used: those that each of its uses is compared on as well; without any, no use is built.
    """

    def __init__(
        self, program: Program, stimuli: Iterable[Stimulus], used: Iterable[Stimulus] = ()
    ) -> None:
        reference, value = Reference(program), program.output_value
        self.used = [Expected(it, reference(it.picture), {}) for it in used]
        self.bounds = Bounds(program)
        self.all: list[Expected] = []
        left = MOST_KEPT
        for stimulus in stimuli:
            trace = reference(stimulus.picture, trace=True)
            self.bounds.observe(trace)
            result = trace[value.name][0].astype(value.format.dtype)
            size = sum(tensor.size for tensor in trace.values())
            kept = {}
            if stimulus.picture.size <= TRACED_PIXELS and size <= left:
                kept = _compact(program, trace)
                left -= size
            self.all.append(Expected(stimulus, result, kept))

    @property
    def pixels(self) -> int:
        """Of all the pictures made, once."""
        return sum(expected.result.size for expected in [*self.all, *self.used])


def _compact(program: Program, trace: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """The trace in the narrowest types that hold it."""
    return {
        step.op.name: trace[step.op.name].astype(step.value.format.dtype) for step in program.steps
    }


def check(
    program: Program,
    subjects: Mapping[str, SubjectEntry],
    expectations: Expectations,
    watcher: Watcher | None = None,
) -> Iterator[Outcome]:
    """The outcome of each subject, as soon as it is known: built, run, cleared away."""
    watcher = watcher or Watcher()
    for name, entry in subjects.items():
        outcome = _checked(program, name, entry, expectations, watcher)
        watcher.ended(name)
        yield outcome


def _checked(
    program: Program, name: str, entry: SubjectEntry, expectations: Expectations, watcher: Watcher
) -> Outcome:
    begun = time.perf_counter()
    watcher.building(name)
    try:
        with entry.open(program) as subject:
            built = time.perf_counter()
            outcome = compare(program, name, subject, expectations, watcher, within=entry.within)
            if expectations.used and not outcome.state.is_wrong:
                plain = Use("", subject, entry.widest)
                outcome = _with_use(program, plain, expectations.used, outcome, entry.within)
        if expectations.used:
            with closing(entry.open_uses(program)) as uses:
                outcome = _with_uses(program, uses, expectations.used, outcome, entry.within)
        ended = time.perf_counter()
        return replace(outcome, building=built - begun, running=ended - built)
    except MissingDependencyError as error:
        return Outcome(name, State.MISSING, reason=str(error))
    except ImportError as error:
        return Outcome(name, State.MISSING, reason=missing("It", error, entry.get))
    except ProgramError as error:
        return Outcome(name, State.REFUSED, reason=str(error))
    except SrqError:
        raise  # the user's to mend: a file that cannot be read, a twin of something else
    except Exception as error:
        return _failed(name, error)


def compare(
    program: Program,
    name: str,
    subject: Subject,
    expectations: Expectations,
    watcher: Watcher | None = None,
    *,
    within: int = 0,
) -> Outcome:
    """The outcome of a subject that is ready to run; it ends at the first difference.

    within: by how much a pixel may differ.
    """
    watcher = watcher or Watcher()
    outcome = Outcome(name, State.EQUAL)
    for index, wanted in enumerate(expectations.all):
        try:
            outcome = _with_one(program, subject, wanted, outcome, within)
        except Exception as error:
            return _failed(name, error, picture=wanted.stimulus.name)
        watcher.compared(name, index + 1, len(expectations.all))
        if outcome.state.is_wrong:
            break
    return outcome


def _with_uses(
    program: Program, uses: Iterator[Use], used: Sequence[Expected], before: Outcome, within: int
) -> Outcome:
    """The outcome after the uses, up to the first that differs."""
    outcome = before
    while not outcome.state.is_wrong:
        use = next(uses, None)
        if use is None:
            break
        outcome = _with_use(program, use, used, outcome, within)
    return outcome


def _with_use(
    program: Program, use: Use, used: Sequence[Expected], before: Outcome, within: int
) -> Outcome:
    """The outcome after one use, which runs those of the pictures that are not too wide for it."""
    outcome = before
    for wanted in used:
        if use.widest and wanted.stimulus.picture.shape[1] > use.widest:
            continue
        name = ", ".join(filter(None, (use.name, wanted.stimulus.name)))
        try:
            outcome = _with_one(program, use.subject, wanted, outcome, within)
        except Exception as error:
            return _failed(before.name, error, picture=name)
        if outcome.state.is_wrong:
            return replace(outcome, picture=name)
    return outcome


def _with_one(
    program: Program, subject: Subject, wanted: Expected, before: Outcome, within: int
) -> Outcome:
    """The outcome after one more picture."""
    name = program.output_value.name
    made = subject.run(wanted.stimulus.picture)
    result, expected = {name: made[np.newaxis]}, {name: wanted.result[np.newaxis]}
    difference = first_difference(expected, result, within=within)
    # A float subject's bound is on its pictures; nothing is promised of what lies between.
    look_inside = wanted.trace and not within
    traced = subject.trace(wanted.stimulus.picture) if difference or look_inside else {}
    if traced:
        whole = wanted.trace or Reference(program)(wanted.stimulus.picture, trace=True)
        difference = first_difference(whole, traced) or difference
    off = 0 if difference else int(np.count_nonzero(made != wanted.result))
    state = State.DIFFERENT if difference else State.WITHIN if off else before.state
    return replace(
        before,
        state=state,
        pictures=before.pictures + 1,
        pixels=before.pixels + wanted.result.size,
        integers=before.integers + sum(tensor.size for tensor in traced.values()),
        off=before.off + off,
        picture=wanted.stimulus.name if difference else "",
        difference=difference,
    )


def _failed(name: str, error: Exception, picture: str = "") -> Outcome:
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    details = "".join(traceback.format_exception(error))
    return Outcome(name, State.FAILED, picture=picture, reason=reason, details=details)
