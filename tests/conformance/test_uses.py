"""A small Program as users run it: in every subject, the same bits."""

import pytest

from srq.stimuli.sets import for_use
from srq.verify.check import Expectations, State
from tests.conformance.verified import SUBJECTS, verified
from tests.verify.programs import tiny

PROGRAM = tiny()


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_all_agree_as_users_run_them(subject):
    used = list(for_use(PROGRAM))
    outcome = verified(PROGRAM, subject, Expectations(PROGRAM, used[:1], used))
    assert outcome.state is State.EQUAL
    assert outcome.pictures >= len(used)
