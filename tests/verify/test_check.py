"""What a verification finds, with subjects made wrong on purpose."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.errors import CheckpointError, MissingDependencyError, ProgramError
from srq.program.reference import Reference
from srq.stimuli import Stimulus
from srq.stimuli.sets import for_verification
from srq.verify import SubjectEntry, Use
from srq.verify.bounds import Bounds
from srq.verify.check import TRACED_PIXELS, Expectations, State, Watcher, check, compare
from srq.verify.compare import Difference
from tests.strategies import pictures, programs
from tests.verify.programs import tiny

PROGRAM = tiny()
PICTURES = [
    Stimulus("black", np.zeros((3, 4), np.uint8)),
    Stimulus("noise", np.random.default_rng(0).integers(0, 256, (9, 7)).astype(np.uint8)),
    Stimulus("large", np.random.default_rng(1).integers(0, 256, (110, 95)).astype(np.uint8)),
]
EXPECTED = Expectations(PROGRAM, PICTURES)


class Altered:
    """The reference, but for one integer of one op, in pictures of one size."""

    def __init__(self, op="sum", at=(0, 0, 0), by=1, size=(9, 7), traces=True):
        self.op, self.at, self.by, self.size, self.traces = op, at, by, size, traces
        self.runs = []

    def run(self, picture):
        self.runs.append(picture.shape)
        made = self.altered(picture)["hr"][0]
        return made.astype(np.uint8)

    def trace(self, picture):
        return self.altered(picture) if self.traces else {}

    def altered(self, picture):
        tensors = Reference(PROGRAM)(picture, trace=True)
        if picture.shape == self.size:
            tensors[self.op] = tensors[self.op].copy()
            tensors[self.op][self.at] += self.by
            if self.op == "sum":
                tensors["hr"] = tensors["sum"]
        return tensors


def outcome_of(subject, **how):
    return compare(PROGRAM, "it", subject, EXPECTED, **how)


def test_what_equals_the_reference_is_equal():
    outcome = outcome_of(Altered(by=0))
    assert outcome.state is State.EQUAL
    assert (outcome.pictures, outcome.pixels) == (3, 4 * (12 + 63 + 10450))
    per_pixel = 1 + 3 + 4 + 4 * 4
    assert outcome.integers == per_pixel * (12 + 63), "the large picture is not looked into"


def test_the_first_op_that_differs_is_told_though_the_picture_is_wrong_too():
    subject = Altered(op="head", at=(2, 8, 1), by=5)
    outcome = outcome_of(subject)
    expected = int(EXPECTED.all[1].trace["head"][2, 8, 1])
    assert outcome.difference == Difference("head", (2, 8, 1), expected, expected + 5)
    assert (outcome.state, outcome.picture, outcome.pictures) == (State.DIFFERENT, "noise", 2)
    assert subject.runs == [(3, 4), (9, 7)], "it ends at the first difference"


@pytest.mark.parametrize("traces", [True, False])
def test_a_difference_in_a_large_picture_is_told(traces):
    outcome = outcome_of(Altered(at=(0, 219, 3), by=-1, size=(110, 95), traces=traces))
    expected = int(EXPECTED.all[2].result[219, 3])
    place = (0, 219, 3)
    name = "sum" if traces else "hr"
    assert outcome.difference == Difference(name, place, expected, expected - 1)
    assert PICTURES[2].picture.size > TRACED_PIXELS


def test_a_subject_with_a_bound_may_differ_by_that_and_no_more():
    result = EXPECTED.all[1].result
    row, column = (int(n) for n in np.argwhere((result > 2) & (result < 250))[0])
    at = (0, row, column)
    within = outcome_of(Altered(by=-1, at=at), within=1)
    assert (within.state, within.off) == (State.WITHIN, 1)
    assert outcome_of(Altered(by=-2, at=at), within=1).state is State.DIFFERENT
    assert outcome_of(Altered(by=0), within=1).state is State.EQUAL


def test_a_picture_of_another_shape_or_type_is_no_pass():
    class Cut(Altered):
        def run(self, picture):
            return super().run(picture)[:-1]

    class Floats(Altered):
        def run(self, picture):
            return super().run(picture) / 255

    assert str(outcome_of(Cut(by=0)).difference) == "hr: shape (1, 5, 8), not (1, 6, 8)"
    assert outcome_of(Floats(by=0)).reason == "TypeError: 'hr' must hold integers, not float64"


def test_a_subject_that_breaks_off_has_failed():
    class Broken(Altered):
        def run(self, picture):
            raise RuntimeError("it broke\noff")

    outcome = outcome_of(Broken())
    assert (outcome.state, outcome.picture) == (State.FAILED, "black")
    assert outcome.reason == "RuntimeError: it broke off"
    assert 'raise RuntimeError("it broke\\noff")' in outcome.details


class Made(SubjectEntry):
    """A subject that is not imported, but is what it names itself."""

    def load(self):
        return self.target


def opened(error=None):
    @contextmanager
    def enter(program):
        assert program is PROGRAM
        if error is not None:
            raise error
        yield Altered(by=0)

    return {"it": Made(enter, get="pip install it")}


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (None, State.EQUAL, ""),
        (MissingDependencyError("gcc is missing."), State.MISSING, "gcc is missing."),
        (
            ModuleNotFoundError("No module named 'onnx'", name="onnx"),
            State.MISSING,
            "It needs onnx, which is not installed; pip install it.",
        ),
        (ProgramError("It is too wide."), State.REFUSED, "It is too wide."),
        (OSError("no room"), State.FAILED, "OSError: no room"),
    ],
)
def test_what_cannot_be_built_says_why(error, state, reason):
    (outcome,) = check(PROGRAM, opened(error), EXPECTED)
    assert (outcome.state, outcome.reason) == (state, reason)


class Used(Made):
    """A subject with two uses: one for any picture, one for narrow ones that is off by one."""

    def open_uses(self, program):
        yield Use("as it is", Altered(by=0))
        yield Use("turned", Altered(by=1, at=(0, 2, 1), size=(3, 4), traces=False), widest=4)


def used_outcome(*used, wrong=0):
    @contextmanager
    def enter(program):
        yield Altered(by=wrong, size=(3, 4))

    expected = Expectations(PROGRAM, PICTURES[1:2], used)
    return next(check(PROGRAM, {"it": Used(enter, widest=90)}, expected))


def test_a_use_that_differs_is_told_by_its_name():
    outcome = used_outcome(*PICTURES)
    assert (outcome.state, outcome.picture) == (State.DIFFERENT, "turned, black")
    assert outcome.pictures == 1 + 2 + 3 + 1, "the large picture is too wide for the first"


def test_what_differs_by_itself_has_no_use():
    outcome = used_outcome(*PICTURES, wrong=1)
    assert (outcome.state, outcome.picture, outcome.pictures) == (State.DIFFERENT, "black", 2)


def test_a_use_takes_no_picture_that_is_too_wide():
    outcome = used_outcome(PICTURES[1])
    assert (outcome.state, outcome.pictures) == (State.EQUAL, 3)


def test_without_pictures_no_use_is_built():
    outcome = used_outcome()
    assert (outcome.state, outcome.pictures) == (State.EQUAL, 1)


def test_a_mistake_of_the_user_is_not_a_result():
    with pytest.raises(CheckpointError):
        list(check(PROGRAM, opened(CheckpointError("It is another's.")), EXPECTED))


def test_it_can_be_followed():
    class Log(Watcher):
        def __init__(self):
            self.lines = []

        def building(self, name):
            self.lines.append(name)

        def compared(self, name, done, total):
            self.lines.append(f"{done}/{total}")

        def ended(self, name):
            self.lines.append("ended")

    log = Log()
    list(check(PROGRAM, opened(), EXPECTED, log))
    assert log.lines == ["it", "1/3", "2/3", "3/3", "ended"]


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_an_end_of_a_format_that_was_visited_was_possible(data):
    program = data.draw(programs())
    bounds = Bounds(program)
    reference = Reference(program)
    for _ in range(3):
        trace = reference(data.draw(pictures(program)), trace=True)
        bounds.observe(trace)
        for name, ends in bounds.by_op().items():
            fmt = program.step(name).value.format
            for end, n in (("least", fmt.lo), ("greatest", fmt.hi)):
                assert ends[end][0] >= ((trace[name] == n).any(axis=(1, 2))).sum()
    assert bounds.reached <= bounds.possible


def test_the_pictures_visit_all_that_is_possible_in_a_small_program():
    bounds = Expectations(PROGRAM, for_verification(PROGRAM)).bounds
    assert bounds.by_op()["sum"] == {"least": [1, 1], "greatest": [1, 1]}
    assert bounds.reached >= 0.9 * bounds.possible
